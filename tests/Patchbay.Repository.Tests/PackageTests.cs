using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Patchbay.Repository.Tests;

public sealed partial class PackageTests
{
    [Fact]
    public void Central_versions_are_exact()
    {
        var findings = new Findings();
        var packages = XDocument.Parse(Repository.Get("Directory.Packages.props").Text).Descendants("PackageVersion").ToList();
        foreach (var package in packages)
        {
            var version = (string?)package.Attribute("Version") ?? "";
            if (!ExactVersion().IsMatch(version))
            {
                findings.Add($"{(string?)package.Attribute("Include")}: {version}");
            }
        }

        Assert.NotEmpty(packages);
        findings.AssertNone("A version in Directory.Packages.props is one version, not a range.");
    }

    [Fact]
    public void No_project_sets_a_version_of_its_own()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => file.Extension == ".csproj"))
        {
            foreach (var package in XDocument.Parse(file.Text).Descendants("PackageReference"))
            {
                if (package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null)
                {
                    findings.Add($"{file.Path}: {(string?)package.Attribute("Include")}");
                }
            }
        }

        findings.AssertNone("Versions are set in Directory.Packages.props.");
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var findings = new Findings();
        var paths = Repository.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Repository.Files.Where(file => file.Extension == ".csproj"))
        {
            if (!paths.Contains($"{file.Path[..file.Path.LastIndexOf('/')]}/packages.lock.json"))
            {
                findings.Add(file.Path);
            }
        }

        findings.AssertNone("Restore is repeatable only with a packages.lock.json beside each project.");
    }

    [Fact]
    public void No_npm_lock_file_names_where_its_packages_came_from()
    {
        var findings = new Findings();
        foreach (var file in Repository.Files.Where(file => file.Name == "package-lock.json"))
        {
            findings.AddMatches(file, file.Text, Resolved());
        }

        findings.AssertNone("Set omit-lockfile-registry-resolved for npm.");
    }

    [GeneratedRegex(@"^\d+(\.\d+){1,3}(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex("\"resolved\"\\s*:\\s*\"https?:")]
    private static partial Regex Resolved();
}
