using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Keeps the catalogue current while the server runs. Of several processes with one data folder, whoever is first
/// syncs, and the others wait for their next turn; processes with folders of their own sync each for itself.</summary>
internal sealed partial class CatalogSyncService(
    CatalogSyncer syncer,
    CatalogStore store,
    CatalogHolder holder,
    CatalogReloader reloader,
    PatchbaySettings settings,
    TimeProvider clock,
    ILogger<CatalogSyncService> log) : BackgroundService
{
    /// <summary>A server that was just started has other things to do.</summary>
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Catalog.Sync)
        {
            return;
        }

        var every = settings.Catalog.SyncEvery;
        var pause = every < First ? every : First;
        while (true)
        {
            // Up to a tenth more, so that many servers do not come at the same time.
            await Task.Delay(pause * (1 + (Random.Shared.NextDouble() / 10)), clock, stoppingToken);
            try
            {
                await SyncAsync(every, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotStored(log, exception.Message);
            }

            pause = every;
        }
    }

    private async Task SyncAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        using var turn = store.TryLock();
        var current = store.Load();
        var last = current.Sources.Select(source => source.AskedAt).DefaultIfEmpty().Max();
        if (turn is null || clock.GetUtcNow() - last < every / 2)
        {
            return;
        }

        var plan = await syncer.PlanAsync(holder.Current, current, cancellationToken);
        foreach (var failed in plan.Failed)
        {
            Log.Failed(log, failed.Name, failed.Problem!);
        }

        store.Save(plan.Next);
        Log.Done(log, plan.Next.Sources.Count(source => source.Problem is null), plan.Applied.Count);
        if (plan.Waiting.Count > 0)
        {
            Log.Waiting(log, plan.Waiting.Select(change => change.Subject).Distinct(StringComparer.Ordinal).Count());
        }

        reloader.Wake();
    }

    private static partial class Log
    {
        [LoggerMessage(8020, LogLevel.Information, "The catalogue was synced with {Sources} list(s): {Changes} fact(s) changed.")]
        public static partial void Done(ILogger logger, int sources, int changes);

        [LoggerMessage(8021, LogLevel.Warning,
            "The list {Source} could not be used; what was known before stays in force: {Problem}")]
        public static partial void Failed(ILogger logger, string source, string problem);

        [LoggerMessage(8022, LogLevel.Warning,
            "Price changes of {Count} endpoint(s) wait for confirmation; the old prices stay in force. See: patchbay catalog diff")]
        public static partial void Waiting(ILogger logger, int count);

        [LoggerMessage(8023, LogLevel.Error, "The catalogue cannot be synced: {Problem}")]
        public static partial void NotStored(ILogger logger, string problem);
    }
}
