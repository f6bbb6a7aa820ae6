using Patchbay.Api;
using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Server;

/// <summary>Judges answers as they come, and compares the endpoints every five minutes.</summary>
internal sealed class QualityService(
    QualityObserver observer, QualityRegistry registry, CatalogHolder catalog, CanaryBoard board, CanaryStore store,
    TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the canaries begin: they visit only those that were not visited of late.
        board.Restore(store.Load());
        registry.Evaluate(catalog.Current, board);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(observer.RunAsync(stoppingToken), CompareAsync(stoppingToken));

    private async Task CompareAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            registry.Evaluate(catalog.Current, board);
        }
    }
}
