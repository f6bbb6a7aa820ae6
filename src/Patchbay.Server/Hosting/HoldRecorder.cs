using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Writes down long-lived holds every second, so that a crash shows what was in flight.</summary>
internal sealed partial class HoldRecorder(HoldKeeper keeper, TimeProvider clock, ILogger<HoldRecorder> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await keeper.RecordAsync(stoppingToken);
                failing = false;
            }
            catch (StorageUnavailableException exception)
            {
                if (!failing)
                {
                    Log.Failed(log, exception.Message);
                    failing = true;
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8007, LogLevel.Warning, "Holds in flight cannot be written down: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
