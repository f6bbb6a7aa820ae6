using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Patchbay.Catalog;

/// <summary>The whole catalogue at one moment. Immutable, safe for any number of threads.</summary>
public sealed class CatalogSnapshot
{
    private readonly FrozenDictionary<string, Model> _models;
    private readonly FrozenDictionary<string, Model>.AlternateLookup<ReadOnlySpan<char>> _modelsBySpan;
    private readonly FrozenDictionary<string, ProviderListing> _providers;

    /// <summary>Indexes models and providers. Where two models claim a name, a slug beats a canonical slug, which beats
    /// an alias, and then the earlier model wins.</summary>
    public CatalogSnapshot(long version, ImmutableArray<Model> models, ImmutableArray<ProviderListing> providers)
    {
        Version = version;
        Models = models;
        Providers = providers;

        var byName = new Dictionary<string, Model>(models.Length * 2, StringComparer.Ordinal);
        foreach (var model in models)
        {
            byName.TryAdd(model.Slug, model);
        }

        foreach (var model in models)
        {
            byName.TryAdd(model.CanonicalSlug, model);
        }

        foreach (var model in models)
        {
            foreach (var alias in model.Aliases)
            {
                byName.TryAdd(alias, model);
            }
        }

        _models = byName.ToFrozenDictionary(StringComparer.Ordinal);
        _modelsBySpan = _models.GetAlternateLookup<ReadOnlySpan<char>>();

        var providersByName = new Dictionary<string, ProviderListing>(StringComparer.OrdinalIgnoreCase);
        foreach (var provider in providers)
        {
            providersByName.TryAdd(provider.Slug, provider);
        }

        foreach (var provider in providers)
        {
            providersByName.TryAdd(provider.Name, provider);
        }

        _providers = providersByName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A catalogue with nothing in it.</summary>
    public static CatalogSnapshot Empty { get; } = new(0, [], []);

    /// <summary>Grows with every reload.</summary>
    public long Version { get; }

    /// <summary>All models, newest first.</summary>
    public ImmutableArray<Model> Models { get; }

    /// <summary>All providers, by slug.</summary>
    public ImmutableArray<ProviderListing> Providers { get; }

    /// <summary>The model of this slug, canonical slug or alias, compared exactly.</summary>
    public bool TryGetModel(string slugOrAlias, [MaybeNullWhen(false)] out Model model) =>
        _models.TryGetValue(slugOrAlias, out model);

    /// <summary>The model of this slug, canonical slug or alias, compared exactly, without making a string.</summary>
    public bool TryGetModel(ReadOnlySpan<char> slugOrAlias, [MaybeNullWhen(false)] out Model model) =>
        _modelsBySpan.TryGetValue(slugOrAlias, out model);

    /// <summary>The provider of this slug or display name, in any case.</summary>
    public bool TryGetProvider(string slugOrName, [MaybeNullWhen(false)] out ProviderListing provider) =>
        _providers.TryGetValue(slugOrName, out provider);
}
