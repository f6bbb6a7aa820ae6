using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Payments and payers in the database. Thread-safe; throws <see cref="StorageUnavailableException"/>. Money itself is
/// only in the ledger: what is here says what was ordered and how far it is.</summary>
public interface IPaymentStore
{
    /// <summary>Keeps a new payment. The one that is there when its id or reference is taken.</summary>
    Task<Payment> AddAsync(Payment payment, CancellationToken cancellationToken);

    /// <summary>A payment by our id.</summary>
    Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>A payment by the gateway's id of its page or of the payment itself.</summary>
    Task<Payment?> FindAsync(string gateway, string? checkoutId, string? paymentId, CancellationToken cancellationToken);

    /// <summary>Payments of an organization, the newest first.</summary>
    Task<IReadOnlyList<Payment>> ListAsync(Guid organizationId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Payments of a gateway that are neither paid nor given up, made after a time, the oldest first.</summary>
    Task<IReadOnlyList<Payment>> ListOpenAsync(string gateway, DateTimeOffset after, CancellationToken cancellationToken);

    /// <summary>Notes how far a payment is. <see cref="PaymentState.Paid"/> is never left, ids that are known stay.</summary>
    Task UpdateAsync(Payment payment, CancellationToken cancellationToken);

    /// <summary>An organization as a payer; one without anything when nothing is kept.</summary>
    Task<PaymentAccount> GetAccountAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Keeps who is named on receipts.</summary>
    Task SetBuyerAsync(Guid organizationId, Buyer buyer, CancellationToken cancellationToken);

    /// <summary>Keeps the gateway's id of a customer; the one that is there when there is one.</summary>
    Task SetCustomerAsync(Guid organizationId, string customerId, CancellationToken cancellationToken);

    /// <summary>Keeps a card; null forgets it.</summary>
    Task SetCardAsync(Guid organizationId, SavedCard? card, CancellationToken cancellationToken);

    /// <summary>Keeps a rule; the count of failures begins anew.</summary>
    Task SetTopUpAsync(Guid organizationId, TopUpRule rule, CancellationToken cancellationToken);

    /// <summary>Payers whose rule is switched on or who have a payment on its way.</summary>
    Task<IReadOnlyList<PaymentAccount>> ListTopUpsAsync(CancellationToken cancellationToken);

    /// <summary>Begins an automatic payment, as one decision: only when none is on its way, the number is the next, the rule
    /// is on, and the day's sum with it is within <see cref="TopUpRule.DailyCap"/>. False when something else was decided
    /// meanwhile; nothing has changed then.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="day">When the UTC day began.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<bool> TryBeginTopUpAsync(Payment payment, long sequence, DateTimeOffset day, CancellationToken cancellationToken);

    /// <summary>Ends the payment on its way.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="paymentId">Which; nothing changes when it is not the one on its way.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task EndTopUpAsync(Guid organizationId, Guid paymentId, TopUpEnd end, CancellationToken cancellationToken);

    /// <summary>Lets the next try wait.</summary>
    Task PostponeTopUpAsync(Guid organizationId, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Whether a message was dealt with.</summary>
    Task<bool> IsKnownAsync(string gateway, string eventId, CancellationToken cancellationToken);

    /// <summary>Remembers that a message was dealt with, and how.</summary>
    Task RememberAsync(
        string gateway, string eventId, string type, string outcome, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Up to when a gateway's payments were compared; null for never.</summary>
    Task<DateTimeOffset?> GetComparedAsync(string gateway, CancellationToken cancellationToken);

    /// <summary>Notes that, and forgets messages that are older than <paramref name="forgetBefore"/>.</summary>
    Task SetComparedAsync(
        string gateway, DateTimeOffset until, DateTimeOffset forgetBefore, CancellationToken cancellationToken);
}

/// <summary>How an automatic payment ended.</summary>
/// <param name="Failures">Failures in a row, with this one; 0 for a success.</param>
/// <param name="Problem">Why it failed.</param>
/// <param name="NextAt">Nothing is tried before.</param>
/// <param name="SwitchOff">Whether the rule is switched off for it.</param>
public sealed record TopUpEnd(int Failures, string? Problem, DateTimeOffset? NextAt, bool SwitchOff);
