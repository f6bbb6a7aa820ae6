using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>The built-in test results, read when somebody first asks for one.</summary>
internal static class BenchmarkTable
{
    private static readonly Lazy<Dictionary<string, Benchmark[]>> ByModel = new(Read);

    public static IReadOnlyList<Benchmark> Of(string slug) => ByModel.Value.GetValueOrDefault(slug, []);

    private static Dictionary<string, Benchmark[]> Read()
    {
        using var document = JsonDocument.Parse(CatalogData.Resource("benchmarks.json"));
        return document.RootElement.EnumerateArray()
            .GroupBy(line => line.GetProperty("model").GetString()!, Of, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    private static Benchmark Of(JsonElement line) => new(
        line.GetProperty("benchmark").GetString()!,
        line.GetProperty("score").GetDecimal(),
        Text(line, "unit"),
        Text(line, "date"),
        Text(line, "setting"),
        new Uri(line.GetProperty("source").GetString()!));

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) ? value.GetString() : null;
}
