using Patchbay.Api;
using Patchbay.Catalog;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary>Asks the lists of models and makes the plan of what changes.</summary>
internal sealed class CatalogSyncer(CatalogSettings settings, CatalogSource source, ListClient client, TimeProvider clock)
{
    /// <summary>The longest that one list may take.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <summary>The largest list, unpacked.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const int MostPages = 20;
    private const string ModelsDev = "models.dev";
    private const string OpenRouter = "openrouter.ai";

    /// <summary>Asks all lists at the same time. Stores nothing.</summary>
    /// <param name="catalog">The catalogue in force: its providers with a key are asked too.</param>
    /// <param name="current">What is stored.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SyncPlan> PlanAsync(CatalogSnapshot catalog, SyncedCatalog current, CancellationToken cancellationToken)
    {
        // Facts of another release may have to be put over these ones, so what is unchanged is read again.
        var known = current.BuiltIn == CatalogData.BuiltInVersion() ? current : SyncedCatalog.Empty;
        var questions = new List<Task<SyncAnswer>>();
        if (settings.ModelsDev is { } modelsDev)
        {
            questions.Add(AskAsync(ModelsDev, modelsDev, null, known, body => ListReading.ModelsDev(ModelsDev, body), cancellationToken));
        }

        if (settings.OpenRouter is { } openRouter)
        {
            questions.Add(AskAsync(OpenRouter, openRouter, null, known, body => ListReading.OpenRouter(OpenRouter, body), cancellationToken));
        }

        foreach (var listing in settings.ProviderLists ? catalog.Providers : [])
        {
            if (listing is { HasCredential: true, IsSpoken: true, Simulated: false, BaseUrl: { } address }
                && ModelListAddress.For(listing.Protocol, address) is { } list && UpstreamBinding.ProviderFor(listing) is { } provider)
            {
                var name = ListReading.NameOf(listing.Slug);
                questions.Add(AskAsync(
                    name, list, provider, known, body => ListReading.Provider(name, listing.Slug, body), cancellationToken));
            }
        }

        var answers = await Task.WhenAll(questions);
        return SyncPlan.Make(source.BuiltIn, current, answers, catalog.Providers, clock.GetUtcNow());
    }

    private async Task<SyncAnswer> AskAsync(
        string name,
        Uri address,
        Provider? provider,
        SyncedCatalog known,
        Func<ReadOnlyMemory<byte>, ListReading> read,
        CancellationToken cancellationToken)
    {
        var etag = known.Find(name)?.ETag;
        var pages = new List<ListReading>();
        for (var next = address; ;)
        {
            var answer = await client.GetAsync(next, provider, pages.Count == 0 ? etag : null, cancellationToken);
            if (answer.Unchanged)
            {
                return new SyncAnswer(name, null, etag, null);
            }

            if (answer.Body is not { } body)
            {
                return new SyncAnswer(name, null, null, answer.Problem);
            }

            try
            {
                pages.Add(read(body));
            }
            catch (InvalidDataException exception)
            {
                return new SyncAnswer(name, null, null, exception.Message);
            }

            if (pages[^1].Next is not { } link)
            {
                // The version of the first of several pages says nothing of the others.
                return new SyncAnswer(name, ListReading.Join(pages), pages.Count == 1 ? answer.ETag : null, null);
            }

            if (!Uri.TryCreate(next, link, out var following) || !IsSameServer(following, address) || pages.Count == MostPages)
            {
                return new SyncAnswer(name, null, null, "its next page is at another server, or there is no end of pages.");
            }

            next = following;
        }
    }

    private static bool IsSameServer(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Authority.Equals(right.Authority, StringComparison.OrdinalIgnoreCase);
}
