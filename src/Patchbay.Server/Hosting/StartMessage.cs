using System.Globalization;
using System.Text;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>What a start message tells.</summary>
internal sealed record StartFacts
{
    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }

    /// <summary>An address that programs on this machine can call.</summary>
    public required Uri Address { get; init; }

    /// <summary>The data folder, as the operator may write it.</summary>
    public required string Data { get; init; }

    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Database { get; init; }

    /// <summary>The master key's file; null when the key comes from the environment and is not shown.</summary>
    public KeyFile? Key { get; init; }

    /// <summary>The catalogue in numbers.</summary>
    public required CatalogCounts Catalog { get; init; }

    /// <summary>The configuration file, as the operator may write it.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>Whether there is a configuration file.</summary>
    public bool ConfigExists { get; init; }

    /// <summary>Whether every provider is simulated.</summary>
    public bool Demo { get; init; }

    /// <summary>The model servers that were found on this machine, when no model could be called.</summary>
    public IReadOnlyList<LocalServer> Local { get; init; } = [];

    /// <summary>Whether the web console was built.</summary>
    public bool HasConsole { get; init; }
}

/// <summary>The first thing that an operator reads: where it is, what it can do now, what to do next.</summary>
internal static class StartMessage
{
    /// <summary>Writes it; with terminal colours only when asked.</summary>
    public static string Write(StartFacts facts, bool colour)
    {
        var text = new StringBuilder();
        var root = facts.Address.GetLeftPart(UriPartial.Authority);
        text.Append("\n  ").Append(Paint("Patchbay", "1;36", colour)).Append(' ').Append(facts.Version);
        text.Append(facts.Demo ? "  " + Paint("demo: every provider and all traffic is simulated", "33", colour) : "").Append("\n\n");

        Row("API", root + "/api/v1");
        Row("Console", !facts.HasConsole ? $"not built; {root}/ says how"
            : facts.Key is { } key ? $"{root}/#key={key.Key}"
            : root + "/");
        Row("Key", facts.Key is { } file ? Short(file.Path) + (file.IsNew ? "  (made just now; keep it secret)" : "")
            : "PATCHBAY_MASTER_KEY of the environment");
        Row("Data", $"{Short(facts.Data)}  ({(facts.Database == "postgres" ? "usage and keys are in PostgreSQL" : "SQLite")})");
        Row("Models", Models(facts.Catalog));
        foreach (var server in facts.Local)
        {
            Row("Found", string.Create(CultureInfo.InvariantCulture, $"{server.Name} on this machine, {server.Models.Count} model(s)  ({server.BaseUrl})"));
        }

        text.Append('\n');

        var bearer = facts.Key is { } stored ? $"$(cat {Quote(Short(stored.Path))})" : "$PATCHBAY_MASTER_KEY";
        if (facts.Catalog.Example is { } model)
        {
            text.Append("  ").Append(Paint("Try it", "1", colour)).Append('\n');
            text.Append("    curl ").Append(root).Append("/api/v1/chat/completions \\\n")
                .Append("      -H \"Authorization: Bearer ").Append(bearer).Append("\" \\\n")
                .Append("      -H \"Content-Type: application/json\" \\\n")
                .Append("      -d '{\"model\": \"").Append(model)
                .Append("\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'\n");
        }
        else
        {
            text.Append("  ").Append(Paint("Next", "1", colour)).Append("  No model can be called yet. Choose one:\n");
            if (facts.Local.Count > 0)
            {
                text.Append("    - use the models of ").AppendJoin(" and ", facts.Local.Select(server => server.Name))
                    .Append(" on this machine, free of charge:  patchbay providers discover --write\n");
            }

            text.Append("    - set the key of a provider and start again, for example:  export OPENAI_API_KEY=sk-...\n");
            text.Append("    - ").Append(facts.ConfigExists ? "add a provider to " : "describe a provider in ")
                .Append(Short(facts.ConfigFile)).Append(" (docs/operating/configuration.md); it is read without a restart\n");
            text.Append("    - look around with simulated providers: stop this and start with --demo\n");
        }

        text.Append("\n  Press Ctrl+C to stop.\n\n");
        return text.ToString();

        void Row(string name, string value) =>
            text.Append("  ").Append(Paint(name.PadRight(9), "2", colour)).Append(value).Append('\n');
    }

    private static string Models(CatalogCounts counts) => counts.RoutableModels == 0
        ? string.Create(CultureInfo.InvariantCulture, $"none of {counts.Models} can be called: no provider has a key yet")
        : string.Create(CultureInfo.InvariantCulture,
            $"{counts.RoutableModels} of {counts.Models} can be called, through {counts.RoutableProviders} of {counts.Providers} providers");

    private static string Short(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)
            ? path
            : "." + Path.DirectorySeparatorChar + relative;
    }

    private static string Quote(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;

    private static string Paint(string text, string code, bool colour) => colour ? $"\e[{code}m{text}\e[0m" : text;
}
