namespace Patchbay.Billing;

/// <summary>What is remembered of a key, and what a request with it may do. Pure, the same for both databases.</summary>
/// <param name="Id">The id of the request's executions.</param>
/// <param name="BodyHash">What the first request was.</param>
/// <param name="IsAnswered">Whether its answer is kept.</param>
/// <param name="Owner">The process that executes it.</param>
/// <param name="ClaimedUntil">When that process counts as dead.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Response">The answer.</param>
/// <param name="CreatedAt">When the key was used first.</param>
public sealed record IdempotencyRecord(
    Guid Id,
    byte[] BodyHash,
    bool IsAnswered,
    Guid Owner,
    DateTimeOffset ClaimedUntil,
    int Status,
    byte[]? Response,
    DateTimeOffset CreatedAt)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long an execution may take before its process counts as dead.</summary>
    public static readonly TimeSpan ClaimLifetime = TimeSpan.FromMinutes(1);

    /// <summary>What a request may do.</summary>
    /// <param name="known">What is remembered of its key; null for nothing.</param>
    /// <param name="request">The request.</param>
    /// <param name="isOnlyServer">Whether no other process than the asking one can be executing.</param>
    /// <param name="now">The time.</param>
    public static IdempotencyClaim Decide(
        IdempotencyRecord? known, IdempotentRequest request, bool isOnlyServer, DateTimeOffset now)
    {
        if (known is null || now - known.CreatedAt >= Lifetime)
        {
            return new IdempotencyClaim(ClaimState.Granted, Guid.CreateVersion7(now), false, 0, null);
        }

        if (!known.BodyHash.AsSpan().SequenceEqual(request.BodyHash))
        {
            return new IdempotencyClaim(ClaimState.Different, known.Id, false, 0, null);
        }

        if (known.IsAnswered)
        {
            return new IdempotencyClaim(ClaimState.Answered, known.Id, true, known.Status, known.Response);
        }

        var isDead = known.ClaimedUntil <= now || (isOnlyServer && known.Owner != request.Owner);
        return new IdempotencyClaim(isDead ? ClaimState.Granted : ClaimState.Running, known.Id, true, 0, null);
    }
}
