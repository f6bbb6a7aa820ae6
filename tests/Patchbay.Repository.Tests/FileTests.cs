using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Repository.Tests;

public sealed partial class FileTests
{
    private const int MostLines = 500;

    private static readonly HashSet<string> Measured =
        new(StringComparer.Ordinal) { ".cs", ".ts", ".tsx", ".mjs", ".css", ".sql", ".md", ".json", ".yml", ".yaml" };

    // Files and folders that may be longer, and why.
    private static readonly Dictionary<string, string> MayBeLong = new(StringComparer.Ordinal)
    {
        ["src/Patchbay.Catalog/Data/"] = "Data: one row per model, endpoint or provider.",
        ["console/package-lock.json"] = "Written by npm.",
        ["src/Patchbay.Api/OpenApi/openapi.json"] = "One document by the rules of OpenAPI.",
        ["console/src/api/schema.ts"] = "Generated from openapi.json.",
        ["console/src/api/schema.d.ts"] = "Generated from openapi.json.",
    };

    private static readonly Dictionary<string, string> MayBeInvalidYaml = new(StringComparer.Ordinal)
    {
        ["deploy/helm/"] = "Templates of Helm are text until they are rendered.",
    };

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files)
        {
            var isExempt = file.Name == "packages.lock.json" || MayBeLong.Keys.Any(file.IsBelow);
            if (!isExempt && Measured.Contains(file.Extension) && file.LineCount > MostLines)
            {
                findings.Add($"{file.Path}: {file.LineCount} lines");
            }
        }

        findings.AssertNone("A file that is this long holds more than one thing.");
    }

    [Fact]
    public void Every_json_file_parses()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => file.Extension == ".json"))
        {
            // The compiler's configuration allows comments.
            var options = file.Name.StartsWith("tsconfig", StringComparison.Ordinal)
                ? new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
                : default;
            try
            {
                JsonDocument.Parse(file.Text, options).Dispose();
            }
            catch (JsonException exception)
            {
                findings.Add($"{file.Path}: {exception.Message}");
            }
        }

        findings.AssertNone("Data files are valid JSON.");
    }

    [Fact]
    public void Every_yaml_file_parses()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => file.Extension is ".yaml" or ".yml"))
        {
            if (MayBeInvalidYaml.Keys.Any(file.IsBelow))
            {
                continue;
            }

            try
            {
                new YamlStream().Load(new StringReader(file.Text));
            }
            catch (YamlDotNet.Core.YamlException exception)
            {
                findings.Add($"{file.Path}: {exception.Message}");
            }
        }

        findings.AssertNone("Data files are valid YAML.");
    }

    [Fact]
    public void No_file_has_a_merge_marker()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files)
        {
            findings.AddMatches(file, file.Text, MergeMarker());
        }

        findings.AssertNone("A merge was committed half done.");
    }

    [Fact]
    public void Every_file_ends_with_one_line_end_and_has_no_carriage_return()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => Measured.Contains(file.Extension) && file.Text.Length > 0))
        {
            if (file.Text.Contains('\r'))
            {
                findings.Add($"{file.Path}: carriage return");
            }

            // npm and NuGet write their lock files without one.
            if (file.Text[^1] != '\n' && !file.Name.Contains("lock", StringComparison.Ordinal))
            {
                findings.Add($"{file.Path}: the last line has no end");
            }
        }

        findings.AssertNone(".editorconfig asks for LF and a last line end.");
    }

    [Fact]
    public void Links_inside_the_documentation_lead_to_files()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => file.Extension == ".md"))
        {
            foreach (Match link in MarkdownLink().Matches(file.Text))
            {
                var target = link.Groups[1].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains(':'))
                {
                    continue;
                }

                var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, file.Path))!;
                var path = Path.GetFullPath(Path.Combine(folder, target));
                if (!File.Exists(path) && !Directory.Exists(path))
                {
                    findings.Add($"{file.At(link.Index)}: {target}");
                }
            }
        }

        findings.AssertNone("A link in the documentation leads nowhere.");
    }

    [GeneratedRegex("^(<{7}|>{7}|[|]{7})( |$)", RegexOptions.Multiline)]
    private static partial Regex MergeMarker();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}
