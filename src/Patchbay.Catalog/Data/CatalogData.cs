using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Patchbay.Catalog;

/// <summary>Catalogue facts as they are stored, before keys and the operator's file are applied. Immutable.</summary>
public sealed class CatalogData
{
    /// <summary>No facts: only what the operator's file adds.</summary>
    public static CatalogData Empty { get; } = new();

    internal ProviderRecord[] Providers { get; init; } = [];

    internal ModelRecord[] Models { get; init; } = [];

    internal EndpointRecord[] Endpoints { get; init; } = [];

    /// <summary>Reads the facts that are built into this assembly. Reads anew at each call: keep the result.</summary>
    public static CatalogData LoadBuiltIn() => new()
    {
        Providers = ReadProviders(),
        Models = Read("models.json", CatalogJson.Default.ModelRecordArray),
        Endpoints = Read("endpoints.json", CatalogJson.Default.EndpointRecordArray),
    };

    /// <summary>The built-in providers only.</summary>
    internal static ProviderRecord[] ReadProviders() =>
        Read("providers.json", CatalogJson.Default.ProviderRecordArray);

    private static T[] Read<T>(string name, JsonTypeInfo<T[]> type)
    {
        using var stream = typeof(CatalogData).Assembly.GetManifestResourceStream(name)!;
        return JsonSerializer.Deserialize(stream, type)!;
    }
}
