using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Proves the books every ten minutes and names in the log what is wrong with them.</summary>
internal sealed partial class Reconciler(ILedgerStore ledger, TimeProvider clock, ILogger<Reconciler> log) : BackgroundService
{
    private const int MostShown = 50;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var findings = await ledger.AuditAsync(stoppingToken);
                foreach (var finding in findings.Take(MostShown))
                {
                    Log.Finding(log, finding.Invariant, finding.Subject, finding.Detail);
                }

                if (findings.Count > MostShown)
                {
                    Log.More(log, findings.Count - MostShown);
                }
            }
            catch (StorageUnavailableException exception)
            {
                Log.Failed(log, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8012, LogLevel.Error, "The books are wrong: {Invariant}: {Subject}: {Detail}")]
        public static partial void Finding(ILogger logger, string invariant, string subject, string detail);

        [LoggerMessage(8013, LogLevel.Error, "{Count} more findings; 'patchbay reconcile' prints all.")]
        public static partial void More(ILogger logger, int count);

        [LoggerMessage(8014, LogLevel.Warning, "The books cannot be checked now: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
