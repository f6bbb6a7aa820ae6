using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Puts the rate limits of the database in force, at the start and whenever they change, whichever server was told.
/// While the database is away, the last ones count.</summary>
internal sealed partial class RateLimitFollower(
    IRateLimitStore store, RateGate gate, TimeProvider clock, ILogger<RateLimitFollower> log)
    : BackgroundLoop(TimeSpan.FromSeconds(2), clock, log, waitsFirst: true), IRateLimitControl
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isAway;

    /// <inheritdoc/>
    public async Task SetAsync(RateLimit limit, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await store.SetAsync(limit, cancellationToken);
            gate.Apply(await store.ListAsync(cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request: a limit must not be missing for the first two seconds.
        await FollowAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken) => FollowAsync(stoppingToken);

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.NotRead(log, reason);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var limits = await store.ListAsync(cancellationToken);
            if (!gate.Limits.ToHashSet().SetEquals(limits.Where(static limit => !limit.IsEmpty)))
            {
                gate.Apply(limits);
            }

            _isAway = false;
        }
        catch (StorageUnavailableException exception)
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

    private static partial class Log
    {
        [LoggerMessage(8070, LogLevel.Warning, "The rate limits cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
