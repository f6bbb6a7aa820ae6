using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Where alerts, their targets and their deliveries are kept. Thread-safe; throws
/// <see cref="StorageUnavailableException"/>.</summary>
public interface IAlertStore : IAlertOutbox
{
    /// <summary>Adds an alert that tries out one target, and goes to it alone. False when something waits to be delivered to
    /// the target, when it was tried out since <paramref name="since"/>, or five of the organization's were; nothing is added
    /// then. True for one that was added before.</summary>
    Task<bool> AddTestAsync(Alert alert, Guid targetId, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>The targets of an organization, the oldest first.</summary>
    Task<IReadOnlyList<AlertTarget>> ListTargetsAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>The target with this id, or null.</summary>
    Task<AlertTarget?> FindTargetAsync(Guid id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Keeps a new target.</summary>
    Task AddTargetAsync(AlertTarget target, CancellationToken cancellationToken);

    /// <summary>Deletes a target with its deliveries. False when there is none.</summary>
    Task<bool> DeleteTargetAsync(Guid id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>The deliveries of an organization, the newest first.</summary>
    Task<IReadOnlyList<AlertDelivery>> ListDeliveriesAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Deliveries that are due: of each organization its longest waiting, at most <paramref name="each"/>; the first
    /// of every organization before the second of any.</summary>
    Task<IReadOnlyList<AlertDelivery>> ListDueAsync(
        DateTimeOffset now, int each, int limit, CancellationToken cancellationToken);

    /// <summary>Takes a delivery for one attempt, which nobody else makes before <paramref name="until"/>. False when somebody
    /// else has taken it since it was read.</summary>
    Task<bool> ClaimAsync(AlertDelivery delivery, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Writes down how an attempt ended.</summary>
    /// <param name="id">Which delivery.</param>
    /// <param name="state">Where it stands now.</param>
    /// <param name="at">When it ended, or when it is tried again.</param>
    /// <param name="problem">Why it failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task FinishAsync(Guid id, AlertDeliveryState state, DateTimeOffset at, string? problem, CancellationToken cancellationToken);

    /// <summary>Deletes deliveries that ended before a time, and tests that have none. Other alerts stay, so that none is told
    /// again. Returns how many deliveries.</summary>
    Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Below which funds the owners of an organization are told; null for never.</summary>
    Task<Money?> GetLowCreditsAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Sets that.</summary>
    Task SetLowCreditsAsync(Guid organizationId, Money? limit, CancellationToken cancellationToken);

    /// <summary>All organizations that want to be told of low funds, with their limits.</summary>
    Task<IReadOnlyList<LowCredits>> ListLowCreditsAsync(CancellationToken cancellationToken);
}

/// <summary>An organization that wants to be told of low funds.</summary>
/// <param name="OrganizationId">Which.</param>
/// <param name="Below">Below which amount.</param>
public readonly record struct LowCredits(Guid OrganizationId, Money Below);
