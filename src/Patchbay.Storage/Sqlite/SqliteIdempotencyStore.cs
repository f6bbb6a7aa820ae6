using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Keys of requests in SQLite, which has one server: the claims of any other process are those of a dead one.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class SqliteIdempotencyStore(SqliteWriter writer, TimeProvider timeProvider) : IIdempotencyStore
{
    /// <inheritdoc/>
    public Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        WriteAsync(table => table.ClaimAsync(request, isOnlyServer: true, lockRow: ""), cancellationToken);

    /// <inheritdoc/>
    public Task FinishAsync(
        IdempotentRequest request, Guid id, int status, byte[] response, CancellationToken cancellationToken) =>
        WriteAsync(table => DoneAsync(table.FinishAsync(request, id, status, response)), cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(IdempotentRequest request, Guid id, bool forget, CancellationToken cancellationToken) =>
        WriteAsync(table => DoneAsync(table.ReleaseAsync(request, id, forget)), cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetOldAsync(CancellationToken cancellationToken) =>
        WriteAsync(table => table.ForgetOldAsync(), cancellationToken);

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }

    // SQLite's asynchronous methods end before they return.
    private Task<T> WriteAsync<T>(Func<IdempotencyTable, Task<T>> work, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session => work(new IdempotencyTable(
                session.Connection, null, CreditDialect.Sqlite, timeProvider.GetUtcNow(), CancellationToken.None))
                .GetAwaiter().GetResult(),
            cancellationToken);
}
