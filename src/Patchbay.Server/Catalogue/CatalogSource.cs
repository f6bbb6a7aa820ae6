using Patchbay.Catalog;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary>Builds catalogues from the built-in facts, what was synced since, what operators set in the database, the
/// operator's file and the keys in the environment; each stands over the one before.</summary>
internal sealed class CatalogSource(CatalogData builtIn, ICredentialSource credentials)
{
    private readonly Lock _changing = new();
    private long _version;
    private volatile Layered _layered = new(SyncedCatalog.Empty, CatalogOverrides.None, builtIn, builtIn);

    /// <summary>The built-in facts.</summary>
    public CatalogData BuiltIn => builtIn;

    /// <summary>What was synced; counts from the next <see cref="Build"/>.</summary>
    public SyncedCatalog Synced
    {
        get => _layered.Synced;
        set
        {
            lock (_changing)
            {
                var known = builtIn.With(value);
                _layered = new Layered(value, _layered.Overrides, known, known.With(_layered.Overrides));
            }
        }
    }

    /// <summary>What operators set in the database; counts from the next <see cref="Build"/>.</summary>
    public CatalogOverrides Overrides
    {
        get => _layered.Overrides;
        set
        {
            lock (_changing)
            {
                _layered = _layered with { Overrides = value, Data = _layered.Known.With(value) };
            }
        }
    }

    /// <summary>The built-in facts with what was synced, without what operators set.</summary>
    public CatalogData Known => _layered.Known;

    /// <summary>Models on this machine that nobody wrote into the file; the file wins over them.</summary>
    public OperatorFile? Local { get; set; }

    /// <summary>A new catalogue, with a version above all earlier ones.</summary>
    public CatalogSnapshot Build(OperatorFile file) =>
        CatalogBuilder.Build(
            _layered.Data,
            Local is { } local ? file.With(local) : file,
            credentials,
            Interlocked.Increment(ref _version),
            ProviderFactory.WordsOf);

    private sealed record Layered(SyncedCatalog Synced, CatalogOverrides Overrides, CatalogData Known, CatalogData Data);
}

/// <summary>How much of a catalogue there is, and how much of it can be called now.</summary>
/// <param name="Providers">Providers known.</param>
/// <param name="RoutableProviders">Those with an address, a credential and a protocol that this release speaks, that serve
/// a model.</param>
/// <param name="Models">Models known.</param>
/// <param name="RoutableModels">Those with at least one endpoint that can be called.</param>
/// <param name="Endpoints">Endpoints known.</param>
/// <param name="RoutableEndpoints">Those that can be called.</param>
/// <param name="Example">The model that writes text and has the most endpoints that can be called; null when there is
/// none.</param>
internal sealed record CatalogCounts(
    int Providers, int RoutableProviders, int Models, int RoutableModels, int Endpoints, int RoutableEndpoints, string? Example)
{
    /// <summary>Counts.</summary>
    public static CatalogCounts Of(CatalogSnapshot catalog)
    {
        var models = 0;
        var endpoints = 0;
        var routable = 0;
        string? example = null;
        var most = 0;
        var providers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var model in catalog.Models)
        {
            var before = routable;
            foreach (var endpoint in model.Endpoints)
            {
                endpoints++;
                if (endpoint.Routable)
                {
                    routable++;
                    providers.Add(endpoint.Provider.Slug);
                }
            }

            if (routable > before)
            {
                models++;
                if (routable - before > most && model.Output.HasFlag(Core.Modalities.Text))
                {
                    most = routable - before;
                    example = model.Slug;
                }
            }
        }

        return new CatalogCounts(
            catalog.Providers.Length, providers.Count, catalog.Models.Length, models, endpoints, routable, example);
    }
}
