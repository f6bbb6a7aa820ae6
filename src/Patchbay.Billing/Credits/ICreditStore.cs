using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Credits in the database. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface ICreditStore
{
    /// <summary>Decides an order by the balances of the moment and makes its entries and its transaction durable, all or
    /// nothing (<see cref="CreditPlan"/>).</summary>
    Task<CreditOutcome> ApplyAsync(CreditOrder order, CancellationToken cancellationToken);

    /// <summary>The funds of an organization.</summary>
    Task<CreditAccount> GetAccountAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Transactions of an organization, the newest first.</summary>
    Task<IReadOnlyList<CreditTransaction>> ListAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Purchases of an organization, the newest first.</summary>
    Task<IReadOnlyList<CreditTransaction>> ListPurchasesAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>A transaction by its id, within an organization.</summary>
    Task<CreditTransaction?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>The transaction of a gateway's payment, refund or dispute.</summary>
    Task<CreditTransaction?> FindAsync(string gateway, string externalId, CancellationToken cancellationToken);

    /// <summary>A transaction and all that concern it, within an organization, the oldest first.</summary>
    Task<IReadOnlyList<CreditTransaction>> ListAboutAsync(Guid id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Refunds at a gateway that were decided after a time, the oldest first.</summary>
    Task<IReadOnlyList<CreditTransaction>> ListRefundsAsync(
        string gateway, DateTimeOffset after, CancellationToken cancellationToken);

    /// <summary>Transactions of an organization in a time, the oldest first.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The first moment after it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<CreditTransaction>> ListBetweenAsync(
        Guid organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Promotions of all organizations that should have ended by this time and have something left.</summary>
    Task<IReadOnlyList<CreditLot>> ListEndedAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The last batch with a transaction, and the organizations with transactions after <paramref name="batchId"/>:
    /// how a server learns of changes that another program made.</summary>
    Task<CreditChanges> ListChangesAsync(long batchId, CancellationToken cancellationToken);
}

/// <summary>Whose funds have changed.</summary>
/// <param name="BatchId">The last batch with a transaction; 0 when there is none.</param>
/// <param name="Organizations">Each once.</param>
public sealed record CreditChanges(long BatchId, IReadOnlyList<Guid> Organizations);
