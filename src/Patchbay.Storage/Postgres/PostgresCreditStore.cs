using Dapper;
using Npgsql;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Credits in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
/// <param name="node">This server; null for a command.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PostgresCreditStore(PostgresDatabase database, Guid? node, TimeProvider timeProvider) : ICreditStore
{
    /// <inheritdoc/>
    public Task<CreditOutcome> ApplyAsync(CreditOrder order, CancellationToken cancellationToken) =>
        database.UseSettledAsync(connection => ApplyAsync(connection, order, cancellationToken), cancellationToken);

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
        ReadAsync(tables => tables.ListChangesAsync(batchId), cancellationToken);

    private Task<T> ReadAsync<T>(Func<CreditTables, Task<T>> read, CancellationToken cancellationToken) => database.UseSettledAsync(
        connection => read(new CreditTables(connection, null, CreditDialect.Postgres, cancellationToken)), cancellationToken);

    private async Task<CreditOutcome> ApplyAsync(
        NpgsqlConnection connection, CreditOrder order, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            AdvisoryLock.Books, transaction: transaction, cancellationToken: cancellationToken));
        var tables = new CreditTables(connection, transaction, CreditDialect.Postgres, cancellationToken);
        var now = timeProvider.GetUtcNow();
        var state = await tables.ReadStateAsync(order);
        if (order is ExpiryOrder expiry)
        {
            order = await SharedFunds.KeepLeasedAsync(connection, transaction, expiry, state.Lots, node, cancellationToken);
        }

        var plan = CreditPlan.Of(order, state, now);
        if (plan.Transaction is null)
        {
            // The other servers hear what is asked of them.
            await transaction.CommitAsync(cancellationToken);
            return plan.Outcome!;
        }

        var batch = LedgerBatch.OfPosting(
            await BookWriter.ReadHeadAsync(connection, transaction, cancellationToken), now, plan.Entries);
        await using var commands = new NpgsqlBatch(connection, transaction);
        BookWriter.Add(commands, batch);
        await commands.ExecuteNonQueryAsync(cancellationToken);
        var credit = plan.Transaction with { BatchId = batch.Id };
        await tables.InsertAsync(credit);
        await transaction.CommitAsync(cancellationToken);
        return new CreditOutcome(CreditStatus.Posted, credit, null);
    }
}
