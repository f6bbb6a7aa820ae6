namespace Patchbay.Catalog;

/// <summary>Catalogue facts as they are stored, before keys and the operator's file are applied. Immutable.</summary>
public sealed class CatalogData
{
    /// <summary>No facts: only what the operator's file adds.</summary>
    public static CatalogData Empty { get; } = new();

    internal ProviderRecord[] Providers { get; init; } = [];

    internal ModelRecord[] Models { get; init; } = [];

    internal EndpointRecord[] Endpoints { get; init; } = [];

    internal ModelFamily[] Families { get; init; } = [];

    /// <summary>Prices of which it is known that public lists have them wrong.</summary>
    internal WrongPrices Wrong { get; init; } = WrongPrices.None;

    /// <summary>Reads the facts that are built into this assembly. Reads anew at each call: keep the result.</summary>
    public static CatalogData LoadBuiltIn() => new()
    {
        Providers = ReadProviders(),
        Models = DataReader.Models(Resource("models.json")),
        Endpoints = DataReader.Endpoints(Resource("endpoints.json")),
        Families = DataReader.Families(Resource("latest.json")),
        Wrong = WrongPrices.Read(Resource("wrong_prices.json")),
    };

    /// <summary>These facts with what was learnt since put over them.</summary>
    public CatalogData With(SyncedCatalog synced) => SyncedLayer.Over(this, synced);

    /// <summary>These facts with an operator's decisions put over them.</summary>
    public CatalogData With(CatalogOverrides overrides) => OverrideLayer.Over(this, overrides.All);

    /// <summary>The models and endpoints that a text names: a model's slug, an <see cref="Endpoint.Id"/>, or only the
    /// beginning of one, <c>tag|model slug</c>, which may name several.</summary>
    public IReadOnlyList<string> Find(string subject)
    {
        if (FactNames.TagOf(subject) is null)
        {
            return Array.Exists(Models, model => model.Slug == subject) ? [subject] : [];
        }

        var all = Endpoints.Where(endpoint => subject.Contains(endpoint.Model, StringComparison.Ordinal)).Select(RecordFacts.SubjectOf).ToArray();
        return all.Contains(subject) ? [subject] : [.. all.Where(id => id.StartsWith(subject + "|", StringComparison.Ordinal))];
    }

    /// <summary>The same with other models and endpoints.</summary>
    internal CatalogData Layered(ModelRecord[] models, EndpointRecord[] endpoints) => new()
    {
        Providers = Providers,
        Models = models,
        Endpoints = endpoints,
        Families = Families,
        Wrong = Wrong,
    };

    /// <summary>The built-in providers only.</summary>
    internal static ProviderRecord[] ReadProviders() => DataReader.Providers(Resource("providers.json"));

    /// <summary>A number that differs where the built-in facts do.</summary>
    public static string BuiltInVersion()
    {
        var hash = System.Security.Cryptography.SHA256.HashData(Resource("endpoints.json"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    internal static byte[] Resource(string name)
    {
        using var stream = typeof(CatalogData).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
