namespace Patchbay.Catalog;

/// <summary>Joins built-in facts, the operator's file and the keys at hand into a catalogue.</summary>
public static class CatalogBuilder
{
    /// <summary>Builds the catalogue. The operator's file wins over built-in facts, field by field; disabled providers
    /// and models without any endpoint are left out.</summary>
    public static CatalogSnapshot Build(
        CatalogData builtIn, OperatorFile? file, ICredentialSource credentials, long version)
    {
        var providers = Providers(builtIn, file, credentials);
        var models = Models(builtIn, file, providers);
        return new CatalogSnapshot(
            version,
            [.. models.OrderByDescending(model => model.Created).ThenBy(model => model.Slug, StringComparer.Ordinal)],
            [.. providers.Values.OrderBy(provider => provider.Slug, StringComparer.Ordinal)]);
    }

    private static Dictionary<string, ProviderListing> Providers(
        CatalogData builtIn, OperatorFile? file, ICredentialSource credentials)
    {
        var records = builtIn.Providers.ToDictionary(record => record.Slug, StringComparer.Ordinal);
        var own = (file?.Providers ?? []).ToDictionary(provider => provider.Slug, StringComparer.Ordinal);
        var result = new Dictionary<string, ProviderListing>(StringComparer.Ordinal);
        foreach (var slug in records.Keys.Union(own.Keys, StringComparer.Ordinal))
        {
            var change = own.GetValueOrDefault(slug);
            if (change?.Enabled != false)
            {
                result.Add(slug, ProviderBuilder.Build(records.GetValueOrDefault(slug), change, credentials));
            }
        }

        return result;
    }

    private static List<Model> Models(
        CatalogData builtIn, OperatorFile? file, Dictionary<string, ProviderListing> providers)
    {
        var endpoints = builtIn.Endpoints.ToLookup(endpoint => endpoint.Model, StringComparer.Ordinal);
        var own = (file?.Models ?? []).ToDictionary(model => model.Slug, StringComparer.Ordinal);
        var result = new List<Model>(builtIn.Models.Length + own.Count);
        foreach (var record in builtIn.Models)
        {
            own.Remove(record.Slug, out var change);
            Add(ModelBuilder.Build(record, [.. endpoints[record.Slug]], change, providers));
        }

        foreach (var model in own.Values)
        {
            Add(ModelBuilder.Build(null, [], model, providers));
        }

        return result;

        void Add(Model model)
        {
            if (!model.Endpoints.IsEmpty)
            {
                result.Add(model);
            }
        }
    }
}
