using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Brings the roll-ups of usage up to date each minute. Answers do not wait for it: they read what is not rolled up yet
/// from the generations.</summary>
internal sealed partial class UsageRoller(
    IUsageStore usage, StatementSettings settings, TimeProvider clock, ILogger<UsageRoller> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // By whole days, so that hours are forgotten once a day.
                var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
                await usage.RollUpAsync(today.AddDays(-settings.HourlyDays), stoppingToken);
            }
            catch (StorageUnavailableException exception)
            {
                Log.Failed(log, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8090, LogLevel.Warning, "Usage cannot be rolled up now: {Reason} Statements stay exact, and become slower.")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
