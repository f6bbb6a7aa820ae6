using System.CommandLine;
using System.Globalization;

namespace Patchbay.Server;

/// <summary><c>patchbay reconcile</c>.</summary>
internal sealed class ReconcileCommand(CommonOptions common) : StorageCommand(common)
{
    /// <summary>The command.</summary>
    public Command Describe()
    {
        var command = new Command("reconcile",
            "Prove the books: show totals and everything that is wrong; exit code 1 when something is");
        var invoice = new InvoiceCommand();
        invoice.AddTo(command);
        command.SetAction((parse, cancellationToken) => RunAsync(parse, async (storage, configuration, output) =>
        {
            if (invoice.IsWanted(parse))
            {
                return await invoice.RunAsync(parse, storage, configuration, output, cancellationToken);
            }

            var totals = await storage.Ledger.GetTotalsAsync(cancellationToken);
            var findings = await storage.Ledger.AuditAsync(cancellationToken);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Books        {Place(storage, configuration)}"));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Generations  {totals.Generations}"));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Entries      {totals.Entries}"));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Charges      {totals.Charges} USD"));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Findings     {findings.Count}"));
            foreach (var finding in findings)
            {
                await output.WriteLineAsync($"  {finding.Invariant}: {finding.Subject}: {finding.Detail}");
            }

            return findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        }, cancellationToken));
        return command;
    }
}
