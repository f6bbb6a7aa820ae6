using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Credits in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class SqliteCreditStore(SqliteWriter writer, SqliteReaders readers, TimeProvider timeProvider) : ICreditStore
{
    /// <inheritdoc/>
    public Task<CreditOutcome> ApplyAsync(CreditOrder order, CancellationToken cancellationToken) =>
        writer.WriteAsync(
            // SQLite's asynchronous methods end before they return.
            session => ApplyAsync(session, order).GetAwaiter().GetResult(),
            cancellationToken);

    /// <inheritdoc/>
    public Task<CreditAccount> GetAccountAsync(Guid organizationId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ReadAccountAsync(organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditTransaction>> ListAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListAsync(organizationId, offset, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditTransaction>> ListPurchasesAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListPurchasesAsync(organizationId, offset, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<CreditTransaction?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.FindAsync(id, organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<CreditTransaction?> FindAsync(string gateway, string externalId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.FindAsync(gateway, externalId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditTransaction>> ListAboutAsync(
        Guid id, Guid organizationId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListAboutAsync(id, organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditTransaction>> ListRefundsAsync(
        string gateway, DateTimeOffset after, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListRefundsAsync(gateway, after), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditTransaction>> ListBetweenAsync(
        Guid organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListBetweenAsync(organizationId, from, to), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreditLot>> ListEndedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.ListEndedAsync(now), cancellationToken);

    /// <inheritdoc/>
    public Task<CreditChanges> ListChangesAsync(long batchId, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            connection => new CreditTables(connection, null, CreditDialect.Sqlite, cancellationToken).ListChangesAsync(batchId),
            cancellationToken);

    private Task<T> ReadAsync<T>(Func<CreditTables, Task<T>> read, CancellationToken cancellationToken) => readers.ReadAsync(
        connection => read(new CreditTables(connection, null, CreditDialect.Sqlite, cancellationToken)), cancellationToken);

    private async Task<CreditOutcome> ApplyAsync(SqliteSession session, CreditOrder order)
    {
        var tables = new CreditTables(session.Connection, null, CreditDialect.Sqlite, CancellationToken.None);
        var now = timeProvider.GetUtcNow();
        var plan = CreditPlan.Of(order, await tables.ReadStateAsync(order), now);
        if (plan.Transaction is null)
        {
            return plan.Outcome!;
        }

        var books = new BatchWriter(session);
        var batch = LedgerBatch.OfPosting(books.ReadHead(), now, plan.Entries);
        books.Write(batch);
        var transaction = plan.Transaction with { BatchId = batch.Id };
        await tables.InsertAsync(transaction);
        return new CreditOutcome(CreditStatus.Posted, transaction, null);
    }
}
