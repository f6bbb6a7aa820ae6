using System.Data.Common;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Payments in a database: each read over any connection, each change a transaction.</summary>
/// <param name="dialect">The database's words.</param>
/// <param name="lockRow">Locks the row that a change is decided by, where others may write at the same time.</param>
internal abstract class PaymentStore(CreditDialect dialect, string lockRow) : IPaymentStore
{
    /// <inheritdoc/>
    public Task<Payment> AddAsync(Payment payment, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => Payments(connection, transaction, CancellationToken.None).AddAsync(payment),
            cancellationToken);

    /// <inheritdoc/>
    public Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).FindAsync(id),
            cancellationToken);

    /// <inheritdoc/>
    public Task<Payment?> FindAsync(
        string gateway, string? checkoutId, string? paymentId, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).FindAsync(gateway, checkoutId, paymentId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Payment>> ListAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).ListAsync(organizationId, offset, limit),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Payment>> ListOpenAsync(
        string gateway, DateTimeOffset after, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).ListOpenAsync(gateway, after),
            cancellationToken);

    /// <inheritdoc/>
    public Task UpdateAsync(Payment payment, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Payments(connection, transaction, CancellationToken.None).UpdateAsync(payment)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<PaymentAccount> GetAccountAsync(Guid organizationId, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Accounts(connection, transaction, cancellationToken).GetAsync(organizationId),
            cancellationToken);

    /// <inheritdoc/>
    public Task SetBuyerAsync(Guid organizationId, Buyer buyer, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).SetBuyerAsync(organizationId, buyer)),
            cancellationToken);

    /// <inheritdoc/>
    public Task SetCustomerAsync(Guid organizationId, string customerId, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).SetCustomerAsync(organizationId, customerId)),
            cancellationToken);

    /// <inheritdoc/>
    public Task SetCardAsync(Guid organizationId, SavedCard? card, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).SetCardAsync(organizationId, card)),
            cancellationToken);

    /// <inheritdoc/>
    public Task SetTopUpAsync(Guid organizationId, TopUpRule rule, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).SetTopUpAsync(organizationId, rule)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PaymentAccount>> ListTopUpsAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Accounts(connection, transaction, cancellationToken).ListTopUpsAsync(),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryBeginTopUpAsync(
        Payment payment, long sequence, DateTimeOffset day, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => TopUpStart.TryAsync(
                Payments(connection, transaction, CancellationToken.None), Accounts(connection, transaction, CancellationToken.None),
                payment, sequence, day, lockRow),
            cancellationToken);

    /// <inheritdoc/>
    public Task EndTopUpAsync(Guid organizationId, Guid paymentId, TopUpEnd end, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).EndTopUpAsync(organizationId, paymentId, end)),
            cancellationToken);

    /// <inheritdoc/>
    public Task PostponeTopUpAsync(Guid organizationId, DateTimeOffset until, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Accounts(connection, transaction, CancellationToken.None).PostponeAsync(organizationId, until)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsKnownAsync(string gateway, string eventId, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).IsKnownAsync(gateway, eventId),
            cancellationToken);

    /// <inheritdoc/>
    public Task RememberAsync(
        string gateway, string eventId, string type, string outcome, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Payments(connection, transaction, CancellationToken.None).RememberAsync(gateway, eventId, type, outcome, now)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> GetComparedAsync(string gateway, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction) => Payments(connection, transaction, cancellationToken).GetComparedAsync(gateway),
            cancellationToken);

    /// <inheritdoc/>
    public Task SetComparedAsync(
        string gateway, DateTimeOffset until, DateTimeOffset forgetBefore, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) => DoneAsync(Payments(connection, transaction, CancellationToken.None).SetComparedAsync(gateway, until, forgetBefore)),
            cancellationToken);

    /// <summary>Reads over a connection.</summary>
    protected abstract Task<T> ReadAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>Changes something in a transaction, which is durable when the task ends.</summary>
    protected abstract Task<T> WriteAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> write, CancellationToken cancellationToken);

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }

    private PaymentTables Payments(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(connection, transaction, dialect, cancellationToken);

    private PaymentAccountTable Accounts(
        DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(connection, transaction, dialect, cancellationToken);
}
