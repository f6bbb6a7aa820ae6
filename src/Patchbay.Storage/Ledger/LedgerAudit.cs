using System.Data.Common;
using System.Globalization;
using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>The proof that the books are right, over the one view that a transaction gives.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction, in which every query sees the same state.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class LedgerAudit(
    DbConnection connection, DbTransaction transaction, AuditDialect dialect, CancellationToken cancellationToken)
{
    private readonly AuditQueries _queries = new(dialect);
    private readonly List<LedgerFinding> _findings = [];

    /// <summary>Every broken invariant, the same order each time.</summary>
    public async Task<IReadOnlyList<LedgerFinding>> RunAsync()
    {
        await CheckAsync("I1 double entry", _queries.BalanceSum, row => row.GetInt64(0) == 0
            ? default
            : ("all accounts", $"the balances of all accounts should add up to 0 nano-USD, but make {row.GetInt64(0)}"));
        await CheckAsync("I2 balance", _queries.Balances, row => (
            row.GetString(0),
            $"the balance is {row.GetInt64(1)} nano-USD, but the entries add up to {row.GetInt64(2)}"));
        if (_queries.OverdrawnLeases is { } overdrawn)
        {
            await CheckAsync("I3 lease", overdrawn, row => (
                row.GetString(0), $"{row.GetInt64(2)} nano-USD were used of {row.GetInt64(1)} that were leased"));
        }

        await CheckAsync("I4 amount", _queries.Amounts, row => (
            row.GetString(0),
            $"the amount of an entry should be more than 0 nano-USD, but is {row.GetInt64(1)}"));
        await CheckAsync("I3 hold", _queries.NegativeHolds, row => (
            row.GetString(0), $"a hold should not be negative, but is {row.GetInt64(1)} nano-USD"));
        await CheckAsync("I4 amount", _queries.OverdrawnPromotions, row => (
            row.GetString(0), $"more was taken from the promotion than it had: {row.GetInt64(1)} nano-USD are left"));
        await CheckGenerationsAsync();
        await CheckAsync("I6 batch", _queries.BatchSums, row => (
            $"batch {row.GetInt64(0)}",
            $"the batch says {row.GetInt64(1)} nano-USD for {row.GetInt64(4)} generations; its {row.GetInt64(5)} generations "
            + $"add up to {row.GetInt64(2)} and its entries to revenue make {row.GetInt64(3)}"));
        await CheckAsync("I7 chain", _queries.EntriesWithoutBatch, row => (
            row.GetString(0),
            $"an entry of {row.GetInt64(2)} nano-USD belongs to batch {row.GetInt64(1)}, which does not exist"));
        await CheckChainAsync();
        await CheckAsync("I9 spending", _queries.Spending, DescribeSpending);
        await CheckAsync("I9 levels", _queries.SpendingLevels, row => (
            UtcDay.ToDate(row.GetInt64(0)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            $"organizations spent {row.GetInt64(1)} nano-USD and workspaces {row.GetInt64(2)}, which should be equal; members "
            + $"{row.GetInt64(3)} and keys {row.GetInt64(4)}, which should not be more"));
        await CheckCreditsAsync();
        await CheckAsync("I11 roll-up", _queries.Rollups, DescribeRollup);
        return _findings;
    }

    private async Task CheckGenerationsAsync()
    {
        await CheckAsync("I5 generation", _queries.RepeatedGenerations, row => (
            row.GetString(0), $"there should be one row, but there are {row.GetInt64(1)}"));
        await CheckAsync("I5 generation", _queries.GenerationsWithoutBatch, row => (
            row.GetString(0),
            $"a charge of {row.GetInt64(2)} nano-USD belongs to batch {row.GetInt64(1)}, which does not exist"));
        await CheckAsync("I5 generation", _queries.SettledHolds, row => (
            row.GetString(0), $"it is settled, but a hold of {row.GetInt64(1)} nano-USD is still open"));
        if (_queries.UnpairedKeys is { } unpaired)
        {
            await CheckAsync("I5 generation", unpaired, row => (
                row.GetString(0),
                row.GetBoolean(1) ? "the row has no matching key" : "the key has no matching row"));
        }
    }

    private async Task CheckCreditsAsync()
    {
        await CheckAsync("I10 credits", _queries.CreditTransactions, row => (
            $"batch {row.GetInt64(0)}",
            $"its transaction says {row.GetInt64(1)} nano-USD of funds, {row.GetInt64(3)} of fees and {row.GetInt64(5)} paid; "
            + $"its entries make {row.GetInt64(2)}, {row.GetInt64(4)} and {row.GetInt64(6)}"));
        await CheckAsync("I10 funds", _queries.Funds, row => (
            $"organization {row.GetString(0)}",
            $"{row.GetInt64(2)} nano-USD were put in and {row.GetInt64(3)} used, but the accounts hold {row.GetInt64(1)}"));
    }

    private async Task CheckChainAsync()
    {
        await using var row = await ReadAsync(_queries.Chain);
        var head = LedgerHead.Origin;
        var promotions = new PromotionAudit();
        var more = await row.ReadAsync(cancellationToken);
        while (more)
        {
            var batch = new BatchHash(
                row.GetFieldValue<byte[]>(5), row.GetInt64(0), (LedgerBatchKind)row.GetInt32(1), row.Time(2),
                row.GetInt64(3), row.GetInt64(4), []);
            var hash = row.GetFieldValue<byte[]>(6);
            var entries = new List<LedgerEntry>();
            do
            {
                if (!row.IsDBNull(7))
                {
                    entries.Add(new LedgerEntry(row.GetString(7), row.GetString(8), row.GetInt64(9), row.GetString(10)));
                }

                more = await row.ReadAsync(cancellationToken);
            }
            while (more && row.GetInt64(0) == batch.Id);

            batch = batch with { Entries = entries };
            CheckLink(head, batch, hash);
            foreach (var (account, detail) in promotions.Follow(batch))
            {
                Find("I8 promotion", account, detail);
            }

            head = new LedgerHead(batch.Id, hash);
        }
    }

    private void CheckLink(LedgerHead head, BatchHash batch, byte[] hash)
    {
        var subject = $"batch {batch.Id}";
        if (batch.Id != head.BatchId + 1)
        {
            Find("I7 chain", subject, $"batch {head.BatchId + 1} should come before it, but is missing");
        }
        else if (!batch.PreviousHash.AsSpan().SequenceEqual(head.Hash))
        {
            Find("I7 chain", subject, "it is not chained to the batch before it");
        }

        if (!batch.Compute().AsSpan().SequenceEqual(hash))
        {
            Find("I7 chain", subject,
                $"it was changed after it was written: its hash does not fit its {batch.Entries.Count} entries "
                + $"and its charge of {batch.ChargeNanos} nano-USD");
        }
    }

    private static (string Subject, string Detail) DescribeSpending(DbDataReader row)
    {
        var level = (BudgetLevel)row.GetInt32(0);
        var day = UtcDay.ToDate(row.GetInt64(2)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (
            $"{level.ToString().ToLowerInvariant()} {row.Id(1)} on {day}",
            $"spending says {row.GetInt64(3)} nano-USD of credits, {row.GetInt64(5)} of BYOK and {row.GetInt64(7)} requests; "
            + $"the generations make {row.GetInt64(4)}, {row.GetInt64(6)} and {row.GetInt64(8)}");
    }

    private static (string Subject, string Detail) DescribeRollup(DbDataReader row)
    {
        var day = UtcDay.ToDate(row.GetInt64(2)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (
            $"{(row.GetInt32(0) == 1 ? "hours" : "day")} of organization {row.Id(1)} on {day}",
            $"the roll-up says {row.GetInt64(3)} requests, {row.GetInt64(5)} nano-USD of charges, {row.GetInt64(7)} of cost and "
            + $"{row.GetInt64(9)} tokens; the generations make {row.GetInt64(4)}, {row.GetInt64(6)}, {row.GetInt64(8)} and "
            + $"{row.GetInt64(10)}");
    }

    private async Task CheckAsync(
        string invariant,
        string sql,
        Func<DbDataReader, (string? Subject, string? Detail)> describe)
    {
        await using var row = await ReadAsync(sql);
        while (await row.ReadAsync(cancellationToken))
        {
            if (describe(row) is ({ } subject, { } detail))
            {
                Find(invariant, subject, detail);
            }
        }
    }

    private async Task<DbDataReader> ReadAsync(string sql) =>
        await connection.ExecuteReaderAsync(new CommandDefinition(
            sql,
            new { revenue = LedgerAccount.RevenueUsage, fees = LedgerAccount.RevenueFees, discount = LedgerAccount.LoggingDiscount },
            transaction,
            commandTimeout: 0,
            cancellationToken: cancellationToken));

    private void Find(string invariant, string subject, string detail) =>
        _findings.Add(new LedgerFinding(invariant, subject, detail));
}
