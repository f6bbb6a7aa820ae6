using System.Data;
using Dapper;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>The books in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PostgresLedgerStore(PostgresDatabase database, TimeProvider timeProvider) : ILedgerStore
{
    private const string BeginReport = "SET LOCAL statement_timeout = 0; SET TRANSACTION READ ONLY";

    /// <inheritdoc/>
    public Task<bool> PostAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken) =>
        entries.Count == 0
            ? Task.FromResult(true)
            : database.UseSettledAsync(connection => PostAsync(connection, entries, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Money> GetBalanceAsync(string account, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection => new Money(await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "SELECT balance_nanos FROM ledger_account WHERE name = @account",
                new { account },
                cancellationToken: cancellationToken)) ?? 0),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken) =>
        ReportAsync(
            (connection, transaction) =>
                new LedgerAudit(connection, transaction, AuditDialect.Postgres, cancellationToken).RunAsync(),
            cancellationToken);

    /// <inheritdoc/>
    public Task<LedgerTotals> GetTotalsAsync(CancellationToken cancellationToken) =>
        ReportAsync(
            async (connection, transaction) =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    LedgerTotalsRow.Sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
                await row.ReadAsync(cancellationToken);
                return LedgerTotalsRow.Read(row);
            },
            cancellationToken);

    private async Task<bool> PostAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            AdvisoryLock.Books, transaction: transaction, cancellationToken: cancellationToken));
        var references = entries.Select(entry => entry.Reference).ToArray();
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM ledger_entry WHERE reference = ANY (@references))",
            new { references },
            transaction,
            cancellationToken: cancellationToken)))
        {
            return false;
        }

        var head = await BookWriter.ReadHeadAsync(connection, transaction, cancellationToken);
        await using var commands = new NpgsqlBatch(connection, transaction);
        BookWriter.Add(commands, LedgerBatch.OfPosting(head, timeProvider.GetUtcNow(), entries));
        await commands.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Reads in a transaction that sees one state, however long it takes.</summary>
    private Task<T> ReportAsync<T>(
        Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> report, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
                await connection.ExecuteAsync(new CommandDefinition(
                    BeginReport, transaction: transaction, cancellationToken: cancellationToken));
                return await report(connection, transaction);
            },
            cancellationToken);
}
