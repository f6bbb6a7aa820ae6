using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Keeps funds right with time: follows what other programs changed, every two seconds; ends promotions, every ten;
/// forgets old idempotency keys, every hour.</summary>
internal sealed partial class CreditKeeper(
    CreditBook credits, IIdempotencyStore idempotency, TimeProvider clock, ILogger<CreditKeeper> log)
    : BackgroundLoop(TimeSpan.FromSeconds(2), clock, log)
{
    private const int ExpireEvery = 5;
    private const int ForgetEvery = 1_800;

    private long _batchId;
    private int _turn;

    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
    {
        var turn = _turn++;
        _batchId = await credits.FollowAsync(_batchId, stoppingToken);
        if (turn % ExpireEvery == 0 && await credits.ExpireAsync(stoppingToken) is var ended and > 0)
        {
            Log.Ended(log, ended);
        }

        if (turn % ForgetEvery == 0)
        {
            await idempotency.ForgetOldAsync(stoppingToken);
        }
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Away(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8060, LogLevel.Information, "{Count} promotions have ended.")]
        public static partial void Ended(ILogger logger, int count);

        [LoggerMessage(8061, LogLevel.Warning, "Changes of credits cannot be followed now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
