using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>Turns a collection of catalogue facts into the data files that are built into the server. The same facts
/// always give the same bytes.</summary>
public static class DataImport
{
    private const string First = "[\n";
    private const string Last = "\n]\n";

    /// <summary>The files to write, by name.</summary>
    /// <param name="source">A folder with providers.json, models.json, endpoints.json and benchmarks.json.</param>
    /// <param name="current">The folder of the present data files; lines that say <c>"own":true</c> were added by hand,
    /// and stay in place of what the source says.</param>
    public static IReadOnlyList<(string Name, string Text)> Convert(string source, string current)
    {
        var corrections = Corrections.Load();
        var models = Read(source, "models").ToDictionary(model => Facts.Text(model, "slug")!, StringComparer.Ordinal);
        var providers = Read(source, "providers").ToDictionary(provider => Facts.Text(provider, "slug")!, StringComparer.Ordinal);

        // One endpoint a model, provider and region: other ids of it are dated snapshots and aliases of the same thing.
        var endpoints = Read(source, "endpoints").Where(endpoint => Facts.Flag(endpoint, "primary") == true).ToArray();
        var offered = endpoints.Select(endpoint => Facts.Text(endpoint, "model")!).ToHashSet(StringComparer.Ordinal);
        var benchmarks = Read(source, "benchmarks").Where(score => offered.Contains(Facts.Text(score, "model")!));
        return
        [
            File("providers.json", providers.Values.Select(provider => ProviderLine.Of(provider, corrections)), "slug"),
            File("models.json", models.Values
                .Where(model => offered.Contains(Facts.Text(model, "slug")!)).Select(ModelLine.Of), "slug"),
            File("endpoints.json", endpoints.Select(endpoint => EndpointLine.Of(
                endpoint,
                models[Facts.Text(endpoint, "model")!],
                providers[Facts.Text(endpoint, "provider")!],
                corrections)), "model", "provider", "region", "quantization", "id"),
            File("benchmarks.json", benchmarks.Select(BenchmarkLine.Of), "model", "benchmark", "date", "setting"),
            File("wrong_prices.json", corrections.WrongPrices, "model", "provider", "drop"),
        ];

        (string, string) File(string name, IEnumerable<JsonObject> records, params string[] key)
        {
            var byKey = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
            foreach (var record in records.Concat(Own(Path.Combine(current, name))))
            {
                byKey[string.Join('\n', key.Select(part => Facts.Text(record, part)))] = record;
            }

            return (name, First + string.Join(",\n", byKey.Values.Select(Facts.Write)) + Last);
        }
    }

    /// <summary>How many records a data file has.</summary>
    public static int Count(string text) => text.Count(character => character == '\n') - 2;

    private static IEnumerable<JsonObject> Read(string folder, string name) => Objects(Path.Combine(folder, name + ".json"));

    private static IEnumerable<JsonObject> Own(string path) => File.Exists(path)
        ? Objects(path).Where(record => Facts.Flag(record, "own") == true).Select(record => (JsonObject)record.DeepClone())
        : [];

    private static IEnumerable<JsonObject> Objects(string path) =>
        JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { MaxDepth = 16 })!
            .AsArray().Select(node => node!.AsObject());
}
