using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>What this repository knows better than the source: <c>corrections.json</c>.</summary>
internal sealed class Corrections
{
    private readonly JsonObject _providers;
    private readonly HashSet<(string? Model, string? Provider, string? Kind)> _wrongPrices;

    private Corrections(JsonObject all)
    {
        _providers = all["providers"]!.AsObject();
        _wrongPrices = all["prices"]!.AsArray().Select(entry => entry!.AsObject())
            .Select(entry => (Facts.Text(entry, "model"), Facts.Text(entry, "provider"), Facts.Text(entry, "drop")))
            .ToHashSet();
    }

    public static Corrections Load()
    {
        using var stream = typeof(Corrections).Assembly.GetManifestResourceStream("corrections.json")!;
        return new Corrections(JsonNode.Parse(stream)!.AsObject());
    }

    /// <summary>The corrected members of a provider.</summary>
    public JsonObject Of(string slug) => _providers[slug]?.AsObject() ?? [];

    /// <summary>Every price that is known to be wrong, as lines that the server reads.</summary>
    public IEnumerable<JsonObject> WrongPrices => _wrongPrices.Select(entry => new JsonObject
    {
        ["model"] = entry.Model,
        ["provider"] = entry.Provider,
        ["drop"] = entry.Kind,
    });

    /// <summary>A provider's id of a model, put right where the source has it wrong.</summary>
    public string? IdOf(string? provider, string? id) =>
        provider is null || id is null ? id : Facts.Text(Of(provider)["ids"] as JsonObject ?? [], id) ?? id;

    /// <summary>Whether any price of an endpoint is known to be wrong.</summary>
    public bool Concern(string? model, string? provider) =>
        _wrongPrices.Any(entry => entry.Model == model && entry.Provider == provider);

    /// <summary>Whether a price kind, or <c>tiers</c>, of an endpoint is known to be wrong.</summary>
    public bool IsWrong(string? model, string? provider, string kind) => _wrongPrices.Contains((model, provider, kind));
}
