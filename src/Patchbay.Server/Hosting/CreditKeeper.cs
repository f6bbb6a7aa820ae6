using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Keeps funds right with time: follows what other programs changed, every two seconds; ends promotions, every ten;
/// forgets old idempotency keys, every hour.</summary>
internal sealed partial class CreditKeeper(
    CreditBook credits, IIdempotencyStore idempotency, TimeProvider clock, ILogger<CreditKeeper> log) : BackgroundService
{
    private const int ExpireEvery = 5;
    private const int ForgetEvery = 1_800;
    private static readonly TimeSpan TurnEvery = TimeSpan.FromSeconds(2);

    private long _batchId;
    private bool _isAway;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var turn = 0; ; turn++)
        {
            await TryTurnAsync(turn, stoppingToken);
            await Task.Delay(TurnEvery, clock, stoppingToken);
        }
    }

    private async Task TryTurnAsync(int turn, CancellationToken cancellationToken)
    {
        try
        {
            _batchId = await credits.FollowAsync(_batchId, cancellationToken);
            if (turn % ExpireEvery == 0 && await credits.ExpireAsync(cancellationToken) is var ended and > 0)
            {
                Log.Ended(log, ended);
            }

            if (turn % ForgetEvery == 0)
            {
                await idempotency.ForgetOldAsync(cancellationToken);
            }

            _isAway = false;
        }
        catch (StorageUnavailableException exception)
        {
            if (!_isAway)
            {
                Log.Away(log, exception.Message);
            }

            _isAway = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8060, LogLevel.Information, "{Count} promotions have ended.")]
        public static partial void Ended(ILogger logger, int count);

        [LoggerMessage(8061, LogLevel.Warning, "Changes of credits cannot be followed now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
