using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Proves the books every ten minutes and names in the log what is wrong with them.</summary>
internal sealed partial class Reconciler(ILedgerStore ledger, TimeProvider clock, ILogger<Reconciler> log)
    : BackgroundLoop(TimeSpan.FromMinutes(10), clock, log, waitsFirst: true)
{
    private const int MostShown = 50;

    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
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

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Failed(log, reason);

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
