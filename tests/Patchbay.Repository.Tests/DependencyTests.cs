using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Patchbay.Repository.Tests;

public sealed partial class DependencyTests
{
    // The list of ARCHITECTURE.md: a project may reference these and no other.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Patchbay.Core"] = [],
        ["Patchbay.Protocol"] = ["Patchbay.Core"],
        ["Patchbay.Catalog"] = ["Patchbay.Core"],
        ["Patchbay.Billing"] = ["Patchbay.Core"],
        ["Patchbay.Identity"] = ["Patchbay.Core"],
        ["Patchbay.Providers"] = ["Patchbay.Protocol", "Patchbay.Core"],
        ["Patchbay.Routing"] = ["Patchbay.Catalog", "Patchbay.Providers", "Patchbay.Core"],
        ["Patchbay.Storage"] =
            ["Patchbay.Catalog", "Patchbay.Billing", "Patchbay.Identity", "Patchbay.Routing", "Patchbay.Core"],
        ["Patchbay.Api"] =
        [
            "Patchbay.Routing", "Patchbay.Providers", "Patchbay.Protocol", "Patchbay.Catalog", "Patchbay.Billing",
            "Patchbay.Identity", "Patchbay.Core",
        ],
        ["Patchbay.Server"] =
        [
            "Patchbay.Api", "Patchbay.Storage", "Patchbay.Routing", "Patchbay.Providers", "Patchbay.Protocol",
            "Patchbay.Catalog", "Patchbay.Billing", "Patchbay.Identity", "Patchbay.Core", "Patchbay.Simulator",
        ],
        ["Patchbay.Simulator"] = [],
        ["Patchbay.CatalogImport"] = [],
    };

    private static readonly string[] DatabasePackages = ["Microsoft.Data.Sqlite", "SQLitePCLRaw", "Npgsql", "Dapper"];

    // Files outside Patchbay.Providers that may open an HTTP connection, and why.
    private static readonly Dictionary<string, string> MayConnect = new(StringComparer.Ordinal)
    {
        ["src/Patchbay.Billing/Payments/GatewayConnection.cs"] = "Payment companies are no providers of models.",
        ["src/Patchbay.Server/Demo/DemoTraffic.cs"] = "The sample traffic of --demo calls this server, as a client does.",
    };

    [Fact]
    public void Projects_reference_only_what_the_list_allows()
    {
        var findings = new Findings();
        foreach (var project in Projects("src/").Concat(Projects("tools/")))
        {
            var name = Path.GetFileNameWithoutExtension(project.Name);
            if (!Allowed.TryGetValue(name, out var allowed))
            {
                findings.Add($"{project.Path}: not in the list");
                continue;
            }

            foreach (var reference in Includes(project, "ProjectReference"))
            {
                var target = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'));
                if (!allowed.Contains(target))
                {
                    findings.Add($"{project.Path}: references {target}");
                }
            }
        }

        findings.AssertNone("A project references only those that ARCHITECTURE.md lists for it.");
    }

    [Fact]
    public void Every_project_of_the_list_exists()
    {
        var projects = Projects("src/").Concat(Projects("tools/"))
            .Select(project => Path.GetFileNameWithoutExtension(project.Name));

        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Parse(Repository.Get("Patchbay.slnx").Text).Descendants("Project")
            .Select(project => (string)project.Attribute("Path")!);
        var present = Repository.Files.Where(file => file.Extension == ".csproj").Select(file => file.Path);

        Assert.Equal(present.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_storage_and_server_reference_a_database_package()
    {
        var findings = new Findings();
        foreach (var project in Projects("src/").Concat(Projects("tools/")))
        {
            if (project.IsBelow("src/Patchbay.Storage/") || project.IsBelow("src/Patchbay.Server/"))
            {
                continue;
            }

            foreach (var package in Includes(project, "PackageReference"))
            {
                if (DatabasePackages.Any(name => package.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
                {
                    findings.Add($"{project.Path}: {package}");
                }
            }
        }

        findings.AssertNone("SQL lives in Patchbay.Storage.");
    }

    [Fact]
    public void Only_providers_opens_http_connections()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/"))
        {
            if (!file.IsBelow("src/Patchbay.Providers/") && !MayConnect.ContainsKey(file.Path))
            {
                findings.AddMatches(file, file.CSharp.Code, HttpClientTypes());
            }
        }

        findings.AssertNone("Upstream connections are opened by Patchbay.Providers alone.");
    }

    [Fact]
    public void Nothing_below_the_api_reads_the_http_context_or_the_configuration()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/"))
        {
            if (!file.IsBelow("src/Patchbay.Api/") && !file.IsBelow("src/Patchbay.Server/"))
            {
                findings.AddMatches(file, file.CSharp.Code, HostTypes());
            }
        }

        findings.AssertNone("What a lower project needs of a request or an option is passed to it.");
    }

    private static IEnumerable<SourceFile> Projects(string folder) =>
        Repository.Files.Where(file => file.Extension == ".csproj" && file.IsBelow(folder));

    private static IEnumerable<string> Includes(SourceFile project, string element) =>
        XDocument.Parse(project.Text).Descendants(element)
            .Select(item => (string?)item.Attribute("Include") ?? (string?)item.Attribute("Update") ?? "");

    [GeneratedRegex(@"\b(SocketsHttpHandler|HttpClientHandler|HttpMessageInvoker|HttpClient|TcpClient|WebRequest)\b")]
    private static partial Regex HttpClientTypes();

    [GeneratedRegex(@"\b(HttpContext|IHttpContextAccessor|IConfiguration|IConfigurationSection)\b")]
    private static partial Regex HostTypes();
}
