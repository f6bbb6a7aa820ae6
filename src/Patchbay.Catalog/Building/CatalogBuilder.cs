using System.Collections.Immutable;
using Patchbay.Core;

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
    /// <param name="words">What can be said in a protocol to a provider with these quirks: null when it is not spoken, and
    /// then its endpoints are listed and never called. Without it every protocol is spoken, in all words but those of service
    /// tiers.</param>
    public static CatalogSnapshot Build(
        CatalogData builtIn,
        OperatorFile? file,
        ICredentialSource credentials,
        long version,
        Func<string, IReadOnlyList<string>, ProtocolWords?>? words = null)
    {
        var providers = Providers(builtIn, file, credentials, words);
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
        return new CatalogSnapshot(version, [.. models], [.. listings], () => Latest(builtIn.Families, file?.Latest ?? [], models));
    }

    private static Dictionary<string, BuiltProvider> Providers(
        CatalogData builtIn, OperatorFile? file, ICredentialSource credentials,
        Func<string, IReadOnlyList<string>, ProtocolWords?>? words)
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
                var built = new BuiltProvider(record, change, credentials, words);
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

    // The operator's word stands over the newest model of the family.
    private static ImmutableArray<ModelAlias> Latest(
        ModelFamily[] families, IReadOnlyList<KeyValuePair<string, string>> own, List<Model> models)
    {
        var result = new List<ModelAlias>(families.Length + own.Count);
        foreach (var (alias, slug) in own)
        {
            if (models.Find(model => model.Slug == slug) is { } target)
            {
                var known = Array.Find(families, family => family.Alias == alias);
                result.Add(new ModelAlias(alias, known?.Name ?? alias, target));
            }
        }

        foreach (var family in families)
        {
            if (!result.Exists(alias => alias.Slug == family.Alias) && family.Newest(models) is { } target)
            {
                result.Add(new ModelAlias(family.Alias, family.Name, target));
            }
        }

        result.Sort(static (left, right) => string.CompareOrdinal(left.Slug, right.Slug));
        return [.. result];
    }
}
