using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Keeps this server's slices of shared limits alive and in shape.</summary>
internal sealed partial class LeaseKeeper(LeaseDesk desk, ILogger<LeaseKeeper> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => desk.RunAsync(
        trouble =>
        {
            if (trouble is null)
            {
                Log.Well(log);
            }
            else
            {
                Log.Trouble(log, trouble.Message);
            }
        },
        stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(8040, LogLevel.Warning,
            "The database does not answer; accounts are served from what was leased for them: {Reason}")]
        public static partial void Trouble(ILogger logger, string reason);

        [LoggerMessage(8041, LogLevel.Information, "Leases are renewed again.")]
        public static partial void Well(ILogger logger);
    }
}
