using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Brings the roll-ups of usage up to date each minute. Answers do not wait for it: they read what is not rolled up yet
/// from the generations.</summary>
internal sealed partial class UsageRoller(
    IUsageStore usage, StatementSettings settings, TimeProvider clock, ILogger<UsageRoller> log)
    : BackgroundLoop(TimeSpan.FromMinutes(1), clock, log, waitsFirst: true)
{
    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken)
    {
        // By whole days, so that hours are forgotten once a day.
        var today = new DateTimeOffset(Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        return usage.RollUpAsync(today.AddDays(-settings.HourlyDays), stoppingToken);
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Failed(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8090, LogLevel.Warning, "Usage cannot be rolled up now: {Reason} Statements stay exact, and become slower.")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
