using System.Text.RegularExpressions;

namespace Patchbay.Repository.Tests;

public sealed partial class CodeTests
{
    private static readonly string[] HotFolders =
        ["src/Patchbay.Protocol/", "src/Patchbay.Providers/", "src/Patchbay.Routing/", "src/Patchbay.Api/Pipeline/"];

    // Static fields that may change, and why: "path: name".
    private static readonly Dictionary<string, string> MayChange = new(StringComparer.Ordinal);

    [Fact]
    public void No_static_field_or_property_can_change()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/"))
        {
            foreach (Match match in MutableStatic().Matches(file.CSharp.Code))
            {
                if (!MayChange.ContainsKey($"{file.Path}: {match.Groups["name"].Value}"))
                {
                    findings.Add($"{file.At(match.Index + match.Length - 1)}: {match.Groups["name"].Value}");
                }
            }
        }

        findings.AssertNone("State belongs to an object that somebody owns.");
    }

    [Theory]
    [InlineData("    private static int _count;", true)]
    [InlineData("    internal static volatile Dictionary<string, int[]>? _all = null;", true)]
    [InlineData("    [ThreadStatic]\n    private static byte[]? _buffer;", true)]
    [InlineData("    public static int Level { get; set; }", true)]
    [InlineData("    private static readonly int Count = 1;", false)]
    [InlineData("    public static int Level { get; } = 1;", false)]
    [InlineData("    public static Money Zero => default;", false)]
    [InlineData("    public static bool operator ==(A left, A right) => left.Equals(right);", false)]
    [InlineData("    public static Money Add(Money other)\n    {\n        sum = 1;", false)]
    [InlineData("    private static (int A, int B) _pair;", true)]
    [InlineData("    private static Dictionary<string, (int A, int B)> _pairs = [];", true)]
    [InlineData("    private static bool Read(string name, bool required = false)", false)]
    [InlineData("using static System.Math;", false)]
    public void The_rule_of_static_state_finds_what_it_should(string source, bool found) =>
        Assert.Equal(found, MutableStatic().IsMatch(source));

    [Fact]
    public void A_file_is_named_after_a_public_type_in_it()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/").Concat(Repository.CSharp("tools/")))
        {
            var types = PublicType().Matches(file.CSharp.Code).Select(match => match.Groups["name"].Value).ToList();
            if (types.Count > 0 && !types.Contains(file.Name.Split('.')[0]))
            {
                findings.Add($"{file.Path}: {string.Join(", ", types)}");
            }
        }

        findings.AssertNone("A public type is found by the name of its file.");
    }

    [Fact]
    public void Hot_folders_use_no_linq()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/").Where(file => HotFolders.Any(file.IsBelow)))
        {
            findings.AddMatches(file, file.CSharp.Code, Linq());
        }

        findings.AssertNone("Hot folders write loops.");
    }

    [Fact]
    public void Every_file_with_tests_asserts_something()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("tests/"))
        {
            if (TestAttribute().IsMatch(file.CSharp.Code) && !Assertion().IsMatch(file.CSharp.Code))
            {
                findings.Add(file.Path);
            }
        }

        findings.AssertNone("A test without an assertion proves nothing.");
    }

    [Fact]
    public void No_test_is_skipped_without_a_condition()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("tests/"))
        {
            findings.AddMatches(file, file.CSharp.Code, SkippedTest());
        }

        findings.AssertNone("A test that never runs is removed.");
    }

    [GeneratedRegex(
        @"^\s*(?:\[[^\]]*\]\s*)*(?:(?:public|private|internal|protected|new|unsafe)\s+)*static\s+"
        + @"(?!readonly\b|partial\b|class\b|record\b|struct\b|async\b|extern\b|abstract\b|event\b|implicit\b|explicit\b)"
        + @"(?:volatile\s+)?(?:\([^()]*\)|\w(?:[\w<>\[\]?,. ]|(?<=[<,]\s?)\([^()]*\))*?)(?:\[\]|\?)*\s+"
        + @"(?<name>\w+)\s*(?:;|=(?![>=])|\{[^{}]*\bset\b)",
        RegexOptions.Multiline)]
    private static partial Regex MutableStatic();

    [GeneratedRegex(
        @"^public\s+(?:(?:sealed|static|abstract|readonly|partial|ref|unsafe)\s+)*"
        + @"(?:class|record\s+struct|record\s+class|record|struct|interface|enum|delegate\s+[\w<>\[\]?.,]+)\s+(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(
        @"\busing System\.Linq\b|\.(Select|SelectMany|Where|OrderBy|OrderByDescending|ThenBy|GroupBy|ToDictionary|Aggregate"
        + @"|Any|All|First|FirstOrDefault|Single|SingleOrDefault|Last|LastOrDefault|Sum|Max|Min|MaxBy|MinBy|Count)"
        + @"\(\s*(?:static\s+)?\(?\w+(?:,\s*\w+)*\)?\s*=>|\.ToList\(\)|\.AsEnumerable\(\)|\.Distinct\(\)")]
    private static partial Regex Linq();

    [GeneratedRegex(@"\[(Fact|Theory)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"\bAssert\w*\.|\.Assert\w*\(|\bAssert\w+\(|CheckThrowOnFailure\(|\bProp\.ForAll\(|\.Verify\w*\(")]
    private static partial Regex Assertion();

    [GeneratedRegex(@"\b(Fact|Theory|InlineData)\([^)]*\bSkip\s*=")]
    private static partial Regex SkippedTest();
}
