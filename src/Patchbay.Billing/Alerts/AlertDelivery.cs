namespace Patchbay.Billing;

/// <summary>Where a delivery stands.</summary>
public enum AlertDeliveryState
{
    /// <summary>To be tried, for the first time or again.</summary>
    Waiting = 0,

    /// <summary>The target took it.</summary>
    Delivered = 1,

    /// <summary>The target did not take it for so long that nobody tries again.</summary>
    GivenUp = 2,
}

/// <summary>One alert on its way to one target.</summary>
/// <param name="Id">Its id; the same at every attempt.</param>
/// <param name="Alert">What is told.</param>
/// <param name="Target">Whom.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAt">When it is tried next, while it is waiting.</param>
/// <param name="Problem">Why the last attempt failed.</param>
/// <param name="CreatedAt">When it was written, UTC.</param>
/// <param name="EndedAt">When it was delivered or given up.</param>
public sealed record AlertDelivery(
    Guid Id, Alert Alert, AlertTarget Target, AlertDeliveryState State, int Attempts, DateTimeOffset NextAt, string? Problem,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
