using System.Collections.Immutable;

namespace Patchbay.Catalog;

/// <summary>Joins built-in facts, the operator's file and the keys at hand into a catalogue.</summary>
public static class CatalogBuilder
{
    /// <summary>Builds the catalogue. The operator's file wins over built-in facts, field by field; disabled providers
    /// and models without any endpoint are left out.</summary>
    /// <param name="builtIn">The built-in facts.</param>
    /// <param name="file">The operator's file.</param>
    /// <param name="credentials">Where keys and settings are found.</param>
    /// <param name="version">The number of this catalogue.</param>
    /// <param name="speaks">Whether a protocol can be spoken; endpoints of others are listed and never called. Null for
    /// every one.</param>
    public static CatalogSnapshot Build(
        CatalogData builtIn,
        OperatorFile? file,
        ICredentialSource credentials,
        long version,
        Func<string, bool>? speaks = null)
    {
        var providers = Providers(builtIn, file, credentials, speaks);
        var models = Models(builtIn, file, providers);
        models.Sort(static (left, right) =>
        {
            var byAge = right.Created.CompareTo(left.Created);
            return byAge != 0 ? byAge : string.CompareOrdinal(left.Slug, right.Slug);
        });
        var listings = new List<ProviderListing>(providers.Count);
        foreach (var provider in providers.Values)
        {
            listings.Add(provider.Listing);
        }

        listings.Sort(static (left, right) => string.CompareOrdinal(left.Slug, right.Slug));
        return new CatalogSnapshot(version, [.. models], [.. listings], () => Latest(builtIn.Families, models));
    }

    private static Dictionary<string, BuiltProvider> Providers(
        CatalogData builtIn, OperatorFile? file, ICredentialSource credentials, Func<string, bool>? speaks)
    {
        var own = new Dictionary<string, OperatorProvider>(StringComparer.Ordinal);
        foreach (var provider in file?.Providers ?? [])
        {
            own.Add(provider.Slug, provider);
        }

        var result = new Dictionary<string, BuiltProvider>(builtIn.Providers.Length + own.Count, StringComparer.Ordinal);
        foreach (var record in builtIn.Providers)
        {
            own.Remove(record.Slug, out var change);
            Add(record, change);
        }

        foreach (var provider in own.Values)
        {
            Add(null, provider);
        }

        return result;

        void Add(ProviderRecord? record, OperatorProvider? change)
        {
            if (change?.Enabled != false)
            {
                var built = new BuiltProvider(record, change, credentials, speaks);
                result.Add(built.Listing.Slug, built);
            }
        }
    }

    private static List<Model> Models(
        CatalogData builtIn, OperatorFile? file, Dictionary<string, BuiltProvider> providers)
    {
        var own = new Dictionary<string, OperatorModel>(StringComparer.Ordinal);
        foreach (var model in file?.Models ?? [])
        {
            own.Add(model.Slug, model);
        }

        var endpoints = new EndpointGroups(builtIn.Endpoints);
        var result = new List<Model>(builtIn.Models.Length + own.Count);
        foreach (var record in builtIn.Models)
        {
            own.Remove(record.Slug, out var change);
            Add(ModelBuilder.Build(record, endpoints.Of(record.Slug), change, providers));
        }

        foreach (var model in own.Values)
        {
            Add(ModelBuilder.Build(null, default, model, providers));
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

    private static ImmutableArray<ModelAlias> Latest(ModelFamily[] families, List<Model> models)
    {
        var result = new List<ModelAlias>(families.Length);
        foreach (var family in families)
        {
            if (family.Newest(models) is { } target)
            {
                result.Add(new ModelAlias(family.Alias, family.Name, target));
            }
        }

        return [.. result];
    }
}
