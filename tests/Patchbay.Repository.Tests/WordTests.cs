using System.Text.RegularExpressions;

namespace Patchbay.Repository.Tests;

// The words are put together from halves, so that these rules do not find themselves.
public sealed class WordTests
{
    private static readonly string[] Searched =
        ["src/", "console/src/", "tools/", "tests/", "docs/", "bench/", "deploy/", ".ci/"];

    private static readonly Regex Unfinished = new(
        string.Join('|', [
            @"\bTO" + @"DO\b",
            @"\bFIX" + @"ME\b",
            @"\bHA" + @"CK\b",
            @"\bX" + @"XX\b",
            @"\bNotImplemented" + "Exception\\b",
            @"(?i:\bnot " + @"implemented\b)",
            @"(?i:\bfor " + @"now\b)",

            // Not the attribute of HTML, the pseudo-element of CSS, or a prefix of a longer name.
            @"(?i:(?<![\w:-])place" + @"holder(?![\w=:""]))",
        ]),
        RegexOptions.CultureInvariant);

    private static readonly Regex Machine = new(
        string.Join('|', [
            @"(?<![\w.])/wo" + @"rk/",
            @"(?<![\w.])/ro" + @"ot/",
            @"(?<![\w.])/ho" + @"me/",
            @"(?<![\w.])/t" + @"mp/",
            @"(?<![\w.])[A-Z]:\\Us" + @"ers\\",
            @"\bapi\.nu" + @"get\.org",
            @"\bregistry\.np" + @"mjs\.org",
            @"\bregistry\.yarn" + @"pkg\.com",
            @"\bpypi" + @"\.org|\bfiles\.python" + @"hosted\.org",
            @"https?://[^\s""'<>)]*\b(nu" + @"get|np" + @"m|py" + @"pi|art" + @"ifactory|nex" + @"us)[.-][^\s""'<>)]*",
        ]),
        RegexOptions.CultureInvariant);

    [Fact]
    public void Nothing_is_left_unfinished()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => Searched.Any(file.IsBelow)))
        {
            findings.AddMatches(file, file.Text, Unfinished);
        }

        findings.AssertNone("What is not done is not in the tree; what is planned is an issue.");
    }

    [Fact]
    public void No_file_names_a_machine_path_or_a_package_registry()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files)
        {
            findings.AddMatches(file, file.Text, Machine);
        }

        findings.AssertNone("The repository builds on any machine, from the registry that the machine is set up for.");
    }

    [Fact]
    public void No_region_hides_code()
    {
        var findings = new Findings();
        var region = new Regex(@"^\s*#reg" + "ion", RegexOptions.Multiline);
        foreach (var file in Repository.Files.Where(file => file.Extension == ".cs"))
        {
            findings.AddMatches(file, file.CSharp.Code, region);
        }

        findings.AssertNone("A file that needs regions is two files.");
    }
}
