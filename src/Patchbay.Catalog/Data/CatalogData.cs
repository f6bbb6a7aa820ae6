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

    /// <summary>Reads the facts that are built into this assembly. Reads anew at each call: keep the result.</summary>
    public static CatalogData LoadBuiltIn() => new()
    {
        Providers = ReadProviders(),
        Models = DataReader.Models(Resource("models.json")),
        Endpoints = DataReader.Endpoints(Resource("endpoints.json")),
        Families = DataReader.Families(Resource("latest.json")),
    };

    /// <summary>These facts with what was learnt since put over them.</summary>
    public CatalogData With(SyncedCatalog synced) => SyncedLayer.Over(this, synced);

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
