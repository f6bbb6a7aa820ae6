using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>A line of benchmarks.json.</summary>
internal static class BenchmarkLine
{
    public static JsonObject Of(JsonObject source)
    {
        var line = new JsonObject();
        foreach (var name in (string[])["model", "benchmark", "score", "unit", "date", "setting"])
        {
            Facts.Copy(source, name, line, name);
        }

        Facts.Copy(source, "source_url", line, "source");
        return line;
    }
}
