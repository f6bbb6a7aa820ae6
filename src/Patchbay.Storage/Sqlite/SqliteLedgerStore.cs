using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>The books in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class SqliteLedgerStore(SqliteWriter writer, SqliteReaders readers, TimeProvider timeProvider) : ILedgerStore
{
    /// <inheritdoc/>
    public Task<bool> PostAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken) =>
        entries.Count == 0
            ? Task.FromResult(true)
            : writer.WriteAsync(session => Post(session, entries), cancellationToken);

    /// <inheritdoc/>
    public Task<Money> GetBalanceAsync(string account, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection => new Money(await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "SELECT balance_nanos FROM ledger_account WHERE name = @account",
                new { account },
                cancellationToken: cancellationToken)) ?? 0),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                await using var transaction = connection.BeginTransaction(deferred: true);
                return await new LedgerAudit(connection, transaction, AuditDialect.Sqlite, cancellationToken).RunAsync();
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<LedgerTotals> GetTotalsAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    LedgerTotalsRow.Sql, commandTimeout: 0, cancellationToken: cancellationToken));
                await row.ReadAsync(cancellationToken);
                return LedgerTotalsRow.Read(row);
            },
            cancellationToken);

    private bool Post(SqliteSession session, IReadOnlyList<LedgerEntry> entries)
    {
        var find = session.Statement("SELECT 1 FROM ledger_entry WHERE reference = ?");
        foreach (var entry in entries)
        {
            var exists = find.Start().Add(entry.Reference).Read();
            find.Reset();
            if (exists)
            {
                return false;
            }
        }

        var books = new BatchWriter(session);
        books.Write(LedgerBatch.OfPosting(books.ReadHead(), timeProvider.GetUtcNow(), entries));
        return true;
    }
}
