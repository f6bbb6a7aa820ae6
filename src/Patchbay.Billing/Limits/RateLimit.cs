namespace Patchbay.Billing;

/// <summary>How fast an organization, a workspace or a key may send. What is null is not limited.</summary>
/// <param name="Scope">Whose; with <see cref="Everyone"/> as its id, that of all of this level without one of their own.</param>
public sealed record RateLimit(BudgetScope Scope)
{
    /// <summary>Stands for all scopes of a level.</summary>
    public static readonly Guid Everyone = Guid.Empty;

    /// <summary>Requests in any minute.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>Tokens in any minute: those of prompts, by our estimate, and the longest answers that requests ask for, until
    /// the provider has counted; then what it counted.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Requests at a time.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Who goes first when requests wait for their turn: of a higher one all before those of a lower. 0 for
    /// everybody else.</summary>
    public int Priority { get; init; }

    /// <summary>Whether it says nothing.</summary>
    public bool IsEmpty => this is { RequestsPerMinute: null, TokensPerMinute: null, Concurrency: null, Priority: 0 };
}

/// <summary>Who sends a request, for limits.</summary>
/// <param name="Organization">The organization that pays.</param>
/// <param name="Workspace">The workspace of the key.</param>
/// <param name="Key">The key; null for the master key, which no limit of keys concerns.</param>
public readonly record struct LimitedCaller(Guid Organization, Guid Workspace, Guid? Key);

/// <summary>What a limit counts.</summary>
public enum RateLimitKind
{
    /// <summary>Requests in a minute.</summary>
    Requests,

    /// <summary>Tokens in a minute.</summary>
    Tokens,

    /// <summary>Requests at a time.</summary>
    Concurrency,
}

/// <summary>Why a request must wait.</summary>
/// <param name="Scope">Whose limit it is.</param>
/// <param name="Kind">What it counts.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Left">What is left of it; never negative.</param>
/// <param name="RetryAfter">After how long there is room; for concurrency a guess.</param>
public sealed record RateRefusal(BudgetScope Scope, RateLimitKind Kind, long Limit, long Left, TimeSpan RetryAfter);
