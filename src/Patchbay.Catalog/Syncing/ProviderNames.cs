using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>The names that a list has for providers, where they are not the catalogue's: <c>Data/list-names.json</c>.</summary>
internal static class ProviderNames
{
    /// <summary>From the list's name to the catalogue's slug.</summary>
    public static IReadOnlyDictionary<string, string> Of(string source)
    {
        using var document = JsonDocument.Parse(CatalogData.Resource("list-names.json"));
        return document.RootElement.TryGetProperty(source, out var names)
            ? names.EnumerateObject().ToDictionary(name => name.Name, name => name.Value.GetString()!, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);
    }
}
