using System.Text.Json;
using System.Text.RegularExpressions;

namespace Patchbay.Repository.Tests;

public sealed partial class OpenApiTests
{
    [Fact]
    public void Every_route_is_described_and_every_description_has_a_route()
    {
        var routes = Routes();
        var described = Described();

        Assert.Contains("POST /chat/completions", routes);
        var findings = new Findings();
        foreach (var route in routes.Except(described, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            findings.Add($"{route}: served, but not in openapi.json");
        }

        foreach (var route in described.Except(routes, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            findings.Add($"{route}: in openapi.json, but not served");
        }

        findings.AssertNone("openapi.json describes what the server serves.");
    }

    [Fact]
    public void Every_reference_inside_the_description_leads_somewhere()
    {
        using var document = Read();
        var findings = new Findings();
        foreach (Match match in Reference().Matches(Repository.Get(Path).Text))
        {
            var element = document.RootElement;
            foreach (var part in match.Groups[1].Value.Split('/'))
            {
                if (!element.TryGetProperty(part, out element))
                {
                    findings.Add(match.Value);
                    break;
                }
            }
        }

        findings.AssertNone("A $ref in openapi.json leads nowhere.");
    }

    private const string Path = "src/Patchbay.Api/OpenApi/openapi.json";

    // Read from the source, in the forms by which routes are mapped.
    private static HashSet<string> Routes()
    {
        var routes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Repository.CSharp("src/Patchbay.Api/").Concat(Repository.CSharp("src/Patchbay.Server/")))
        {
            foreach (Match match in Mapping().Matches(file.Text))
            {
                var method = match.Groups["method"];
                routes.Add($"{(method.Success ? method.Value.ToUpperInvariant() : "POST")} {match.Groups["path"].Value}");
            }
        }

        return routes;
    }

    private static HashSet<string> Described()
    {
        using var document = Read();
        return document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject()
                .Where(member => member.Name is "get" or "post" or "put" or "patch" or "delete")
                .Select(member => $"{member.Name.ToUpperInvariant()} {path.Name}"))
            .ToHashSet(StringComparer.Ordinal);
    }

    private static JsonDocument Read() => JsonDocument.Parse(Repository.Get(Path).Text);

    // MapGet("/a", …) · MapOperation<T>("GET", "/a", …) · Get(routes, "/a", …) · Map(routes, "/a", …), which is a POST
    [GeneratedRegex(
        @"(?:\.Map(?<method>Get|Post|Put|Patch|Delete)\(\s*|\.MapOperation<\w+>\(\s*""(?<method>[A-Z]+)"",\s*"
        + @"|\b(?<method>Get)\(routes,\s*|\bMap\(routes,\s*)""(?<path>/[^""]*)""")]
    private static partial Regex Mapping();

    [GeneratedRegex("\"\\$ref\"\\s*:\\s*\"#/([^\"]+)\"")]
    private static partial Regex Reference();
}
