using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a request with an Idempotency-Key may do.</summary>
public enum ClaimState
{
    /// <summary>Go on: it is the first, or the one before it died or failed without an answer.</summary>
    Granted,

    /// <summary>Another one with this key is running.</summary>
    Running,

    /// <summary>It was answered before: give the same answer.</summary>
    Answered,

    /// <summary>The key was used for another request.</summary>
    Different,
}

/// <summary>One request as its key names it.</summary>
/// <param name="Scope">Whose key, on which route.</param>
/// <param name="Key">The text that the client sent.</param>
/// <param name="BodyHash">SHA-256 over everything that must be the same.</param>
/// <param name="Owner">The process that asks. The claims of a dead process of this database's only server are free.</param>
public sealed record IdempotentRequest(string Scope, string Key, byte[] BodyHash, Guid Owner);

/// <summary>The answer to a claim.</summary>
/// <param name="State">What the request may do.</param>
/// <param name="Id">The same for every execution of this request: what it makes is named by it.</param>
/// <param name="IsRepeat">Whether an execution before may have had an effect.</param>
/// <param name="Status">The HTTP status of the answer that was kept.</param>
/// <param name="Response">Its body, encrypted.</param>
public sealed record IdempotencyClaim(ClaimState State, Guid Id, bool IsRepeat, int Status, byte[]? Response);

/// <summary>Remembers requests with an Idempotency-Key and their answers for 24 hours. Thread-safe; throws
/// <see cref="StorageUnavailableException"/>.</summary>
public interface IIdempotencyStore
{
    /// <summary>Takes the key for this request, if it is free. A claim lasts a minute; after that the process that held it
    /// counts as dead.</summary>
    Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps the answer.</summary>
    Task FinishAsync(IdempotentRequest request, Guid id, int status, byte[] response, CancellationToken cancellationToken);

    /// <summary>Gives the key back. With <paramref name="forget"/> it is as if it had never been used; otherwise the next
    /// execution has the same id, since this one may have had an effect.</summary>
    Task ReleaseAsync(IdempotentRequest request, Guid id, bool forget, CancellationToken cancellationToken);

    /// <summary>Forgets what is older than 24 hours. Returns how many.</summary>
    Task<int> ForgetOldAsync(CancellationToken cancellationToken);
}
