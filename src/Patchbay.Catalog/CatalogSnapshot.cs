using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Patchbay.Catalog;

/// <summary>The whole catalogue at one moment. Immutable, safe for any number of threads.</summary>
public sealed class CatalogSnapshot
{
    // Not frozen: freezing four thousand names costs more at start than it saves in a lookup a request.
    private readonly Dictionary<string, Model> _models;
    private readonly Dictionary<string, Model>.AlternateLookup<ReadOnlySpan<char>> _modelsBySpan;
    private readonly Dictionary<string, ProviderListing> _providers;
    private readonly Lazy<ImmutableArray<ModelAlias>> _latest;
    private readonly Lazy<LooseNames> _loose;

    /// <summary>Indexes models and providers. Where two models claim a name, a slug beats a canonical slug, which beats
    /// an alias, and then the earlier model wins.</summary>
    /// <param name="version">Above that of every earlier snapshot.</param>
    /// <param name="models">All models, newest first.</param>
    /// <param name="providers">All providers, by slug.</param>
    /// <param name="latest">Finds what <see cref="Latest"/> lists; called once, when somebody asks.</param>
    public CatalogSnapshot(
        long version,
        ImmutableArray<Model> models,
        ImmutableArray<ProviderListing> providers,
        Func<ImmutableArray<ModelAlias>>? latest = null)
    {
        Version = version;
        Models = models;
        Providers = providers;
        _latest = new Lazy<ImmutableArray<ModelAlias>>(latest ?? (() => []));

        _models = new Dictionary<string, Model>(models.Length * 2, StringComparer.Ordinal);
        foreach (var model in models)
        {
            _models.TryAdd(model.Slug, model);
        }

        foreach (var model in models)
        {
            _models.TryAdd(model.CanonicalSlug, model);
        }

        foreach (var model in models)
        {
            foreach (var alias in model.Aliases)
            {
                _models.TryAdd(alias, model);
            }
        }

        _modelsBySpan = _models.GetAlternateLookup<ReadOnlySpan<char>>();
        _loose = new Lazy<LooseNames>(() => new LooseNames(models));

        _providers = new Dictionary<string, ProviderListing>(providers.Length * 2, StringComparer.OrdinalIgnoreCase);
        foreach (var provider in providers)
        {
            _providers.TryAdd(provider.Slug, provider);
        }

        foreach (var provider in providers)
        {
            _providers.TryAdd(provider.Name, provider);
        }
    }

    /// <summary>A catalogue with nothing in it.</summary>
    public static CatalogSnapshot Empty { get; } = new(0, [], []);

    /// <summary>Grows with every reload.</summary>
    public long Version { get; }

    /// <summary>All models, newest first.</summary>
    public ImmutableArray<Model> Models { get; }

    /// <summary>All providers, by slug.</summary>
    public ImmutableArray<ProviderListing> Providers { get; }

    /// <summary>The names that mean the newest model of a family, by slug; only those whose family has a model.</summary>
    public ImmutableArray<ModelAlias> Latest => _latest.Value;

    /// <summary>The model of this slug, canonical slug or alias, compared exactly; else the one model that is meant by an
    /// older spelling (hyphens for points), a name without its author, or the author's own id.</summary>
    public bool TryGetModel(string slugOrAlias, [MaybeNullWhen(false)] out Model model) =>
        TryGetModel(slugOrAlias.AsSpan(), out model);

    /// <summary>The same without making a string.</summary>
    public bool TryGetModel(ReadOnlySpan<char> slugOrAlias, [MaybeNullWhen(false)] out Model model)
    {
        if (!_modelsBySpan.TryGetValue(slugOrAlias, out model))
        {
            model = slugOrAlias is ['~', ..] ? FindLatest(slugOrAlias) : _loose.Value.Find(slugOrAlias);
        }

        return model is not null;
    }

    /// <summary>The provider of this slug or display name, in any case.</summary>
    public bool TryGetProvider(string slugOrName, [MaybeNullWhen(false)] out ProviderListing provider) =>
        _providers.TryGetValue(slugOrName, out provider);

    private Model? FindLatest(ReadOnlySpan<char> name)
    {
        foreach (var alias in Latest)
        {
            if (name.SequenceEqual(alias.Slug))
            {
                return alias.Target;
            }
        }

        return null;
    }
}
