using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>How a generation ended.</summary>
public enum GenerationOutcome
{
    /// <summary>The answer was whole.</summary>
    Completed = 0,

    /// <summary>The caller closed the connection; what had been generated is charged.</summary>
    Cancelled = 1,

    /// <summary>No endpoint gave a whole answer; nothing is charged.</summary>
    Failed = 2,

    /// <summary>This server died while it was running; nothing is charged.</summary>
    Crashed = 3,
}

/// <summary>One billed request: the lean row that everything about usage is derived from. Holds no prompt and no answer.
/// Written once, never changed.</summary>
public sealed record Generation
{
    /// <summary><c>gen-…</c>, unique.</summary>
    public required string Id { get; init; }

    /// <summary>When the request arrived, UTC, in milliseconds.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who pays.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The workspace of the key.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>The key; null for the master key.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The member of the key.</summary>
    public Guid? MemberId { get; init; }

    /// <summary>The slug of the model that answered, or that was asked when none did.</summary>
    public required string Model { get; init; }

    /// <summary>The display name of the provider that answered; null when none did.</summary>
    public string? ProviderName { get; init; }

    /// <summary>The id of the endpoint that answered.</summary>
    public string? EndpointId { get; init; }

    /// <summary>The provider's own id of the answer.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>Which surface was called: <c>completions</c>, <c>embeddings</c>, …</summary>
    public required string ApiType { get; init; }

    /// <summary>Whether the answer was streamed.</summary>
    public bool Streamed { get; init; }

    /// <summary>How it ended.</summary>
    public required GenerationOutcome Outcome { get; init; }

    /// <summary>The code of the error that ended it; null when none did.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Normalised finish reason.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The provider's own finish reason.</summary>
    public string? NativeFinishReason { get; init; }

    /// <summary>What was used; all null when nothing is known.</summary>
    public Usage Usage { get; init; }

    /// <summary>What the account is charged.</summary>
    public Money Charge { get; init; }

    /// <summary>What the provider charges the operator by list price, for the attempt that answered; for
    /// all that gave a part of the answer, where there are several.</summary>
    public Money ProviderCost { get; init; }

    /// <summary>What attempts cost that nobody is charged for.</summary>
    public Money Loss { get; init; }

    /// <summary>The part of <see cref="Charge"/> that is the fee for a call on the caller's own provider key.</summary>
    public Money Fee { get; init; }

    /// <summary>What <see cref="Charge"/> is lower by because the workspace lets its prompts be used.</summary>
    public Money Discount { get; init; }

    /// <summary>Whether the caller's own provider key was used. <see cref="ProviderCost"/> is then the list price, which the
    /// provider charges the caller.</summary>
    public bool IsByok { get; init; }

    /// <summary>The version of the prices by which it was charged.</summary>
    public long PriceVersion { get; init; }

    /// <summary>From arrival to the first byte of the answer, in milliseconds.</summary>
    public int? LatencyMs { get; init; }

    /// <summary>From arrival to the end, in milliseconds.</summary>
    public int DurationMs { get; init; }

    /// <summary>The service tier that the provider reported.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>The caller's session id.</summary>
    public string? SessionId { get; init; }

    /// <summary>The end user that the caller named.</summary>
    public string? ExternalUser { get; init; }

    /// <summary>The calling program, from its User-Agent.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The calling app, from its HTTP-Referer.</summary>
    public string? Referer { get; init; }

    /// <summary>The router that was asked for, such as <c>openrouter/auto</c>; null when a model was.</summary>
    public string? Router { get; init; }

    /// <summary>A JSON object that says how the request was routed; null where its attempts tell all.</summary>
    public string? Routing { get; init; }

    /// <summary>Every attempt in order; empty when no endpoint was called.</summary>
    public IReadOnlyList<GenerationAttempt> Attempts { get; init; } = [];
}

/// <summary>Why an endpoint was tried.</summary>
public enum AttemptKind
{
    /// <summary>It was the first choice, or the one before it had failed.</summary>
    Ordinary = 0,

    /// <summary>The one before it took long, and both were asked.</summary>
    Hedge = 1,

    /// <summary>The one before it had died in the middle of its answer, and this one went on with it.</summary>
    Continuation = 2,
}

/// <summary>One try at one endpoint.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="ProviderName">Its provider's display name.</param>
/// <param name="Model">The slug of the model.</param>
/// <param name="Status">The HTTP status that the provider sent; 0 when no answer came.</param>
/// <param name="ErrorCode">Why it failed; null for the one that answered.</param>
/// <param name="LatencyMs">From its start to its first byte or its failure, in milliseconds.</param>
public sealed record GenerationAttempt(
    string EndpointId, string ProviderName, string Model, int Status, string? ErrorCode, int LatencyMs)
{
    /// <summary>Why it was tried.</summary>
    public AttemptKind Kind { get; init; }
}
