using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Follows what operators set in the database, whichever process they told it to: the number of the last change is
/// asked for every two seconds. While the database is away, what was set last stays in force.</summary>
internal sealed partial class OverrideFollower(
    ICatalogOverrideStore store,
    CatalogSource source,
    CatalogReloader reloader,
    TimeProvider clock,
    ILogger<OverrideFollower> log) : BackgroundLoop(TimeSpan.FromSeconds(2), clock, log, waitsFirst: true)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isAway;

    /// <summary>Looks now, and puts what has changed in force before it returns. A database that is away is tried again at
    /// the next turn.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (await store.GetRevisionAsync(cancellationToken) != source.Overrides.Revision)
            {
                source.Overrides = await store.LoadAsync(cancellationToken);
                reloader.Swap($"Change {source.Overrides.Revision} of the overrides");
            }

            _isAway = false;
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidDataException)
        {
            if (!_isAway)
            {
                Log.NotRead(log, exception.Message);
            }

            _isAway = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken) => FollowAsync(stoppingToken);

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.NotRead(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8027, LogLevel.Warning, "The overrides of the catalogue cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
