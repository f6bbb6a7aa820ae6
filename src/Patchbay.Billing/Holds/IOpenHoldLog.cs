using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>A hold that has been open for a while, written down so that a crash shows what was in flight. Holds live in
/// memory; short requests never write one.</summary>
public sealed record OpenHold
{
    /// <summary>The generation in flight.</summary>
    public required string GenerationId { get; init; }

    /// <summary>When the request arrived.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who would pay.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The workspace of the key.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>The key; null for the master key.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The member of the key.</summary>
    public Guid? MemberId { get; init; }

    /// <summary>The model that was asked.</summary>
    public required string Model { get; init; }

    /// <summary>The provider being called, by display name; null before the first attempt.</summary>
    public string? ProviderName { get; init; }

    /// <summary>The provider being called, by slug.</summary>
    public string? ProviderSlug { get; init; }

    /// <summary>The endpoint being called.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Whether the answer was streamed.</summary>
    public bool Streamed { get; init; }

    /// <summary>How much is held.</summary>
    public Money Amount { get; init; }

    /// <summary>What the provider charges at least for what it was sent.</summary>
    public Money EstimatedCost { get; init; }
}

/// <summary>Where long-lived holds are written down. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IOpenHoldLog
{
    /// <summary>Writes holds down; durable when the task completes. One that is there already stays as it is.</summary>
    Task RecordAsync(IReadOnlyList<OpenHold> holds, CancellationToken cancellationToken);

    /// <summary>Removes holds whose generation ended without a settlement.</summary>
    Task RemoveAsync(IReadOnlyList<string> generationIds, CancellationToken cancellationToken);

    /// <summary>What was in flight when the server last died.</summary>
    Task<IReadOnlyList<OpenHold>> ListAsync(CancellationToken cancellationToken);
}
