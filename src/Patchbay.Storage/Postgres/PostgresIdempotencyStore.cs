using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Keys of requests in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PostgresIdempotencyStore(PostgresDatabase database, TimeProvider timeProvider) : IIdempotencyStore
{
    /// <inheritdoc/>
    public Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        UseAsync(table => table.ClaimAsync(request, isOnlyServer: false, lockRow: "FOR UPDATE"), cancellationToken);

    /// <inheritdoc/>
    public Task FinishAsync(
        IdempotentRequest request, Guid id, int status, byte[] response, CancellationToken cancellationToken) =>
        UseAsync(table => DoneAsync(table.FinishAsync(request, id, status, response)), cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(IdempotentRequest request, Guid id, bool forget, CancellationToken cancellationToken) =>
        UseAsync(table => DoneAsync(table.ReleaseAsync(request, id, forget)), cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetOldAsync(CancellationToken cancellationToken) =>
        UseAsync(table => table.ForgetOldAsync(), cancellationToken);

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }

    private Task<T> UseAsync<T>(Func<IdempotencyTable, Task<T>> work, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(new IdempotencyTable(
                    connection, transaction, CreditDialect.Postgres, timeProvider.GetUtcNow(), cancellationToken));
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);
}
