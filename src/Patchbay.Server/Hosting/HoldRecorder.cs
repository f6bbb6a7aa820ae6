using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Writes down long-lived holds every second, so that a crash shows what was in flight.</summary>
internal sealed partial class HoldRecorder(HoldKeeper keeper, TimeProvider clock, ILogger<HoldRecorder> log)
    : BackgroundLoop(TimeSpan.FromSeconds(1), clock, log, waitsFirst: true)
{
    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken) => keeper.RecordAsync(stoppingToken);

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Failed(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8007, LogLevel.Warning, "Holds in flight cannot be written down: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
