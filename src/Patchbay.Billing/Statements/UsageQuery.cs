namespace Patchbay.Billing;

/// <summary>What usage can be grouped by and filtered on. The first group is kept in roll-ups, the others are read from the
/// generations themselves (<see cref="UsageQuery.NeedsGenerations"/>).</summary>
public enum UsageDimension
{
    /// <summary>The slug of the model.</summary>
    Model,

    /// <summary>The display name of the provider that answered; unset when none did.</summary>
    Provider,

    /// <summary>The endpoint that answered.</summary>
    Endpoint,

    /// <summary>The surface: <c>completions</c>, <c>embeddings</c>, …</summary>
    ApiType,

    /// <summary>How it ended, a <see cref="GenerationOutcome"/>.</summary>
    Outcome,

    /// <summary>Whether the caller's own provider key was used.</summary>
    IsByok,

    /// <summary>The workspace; labelled with its name.</summary>
    Workspace,

    /// <summary>The key; unset for the master key. Read as its hash and labelled with its name while it exists.</summary>
    Key,

    /// <summary>The member of the key. Read as the user's id and labelled with e-mail address or name.</summary>
    Member,

    /// <summary>The calling app, as its HTTP-Referer.</summary>
    App,

    /// <summary>The end user that the caller named.</summary>
    ExternalUser,

    /// <summary>The caller's session id.</summary>
    Session,

    /// <summary>Normalised finish reason.</summary>
    FinishReason,

    /// <summary>The code of the error that ended it.</summary>
    ErrorCode,

    /// <summary>The service tier that the provider reported.</summary>
    ServiceTier,

    /// <summary>The router that was asked for.</summary>
    Router,

    /// <summary>Whether the answer was streamed.</summary>
    Streamed,

    /// <summary>The generation itself.</summary>
    Generation,
}

/// <summary>How long the pieces of a time series are. Days, weeks (from Monday) and months are those of UTC.</summary>
public enum UsageGrain
{
    /// <summary>No series: one piece for the whole time.</summary>
    Whole,

    /// <summary>Minutes; read from the generations themselves.</summary>
    Minute,

    /// <summary>Hours.</summary>
    Hour,

    /// <summary>Days.</summary>
    Day,

    /// <summary>Weeks.</summary>
    Week,

    /// <summary>Calendar months.</summary>
    Month,
}

/// <summary>How a filter compares.</summary>
public enum UsageOperator
{
    /// <summary>The value itself.</summary>
    Equal,

    /// <summary>Any other value, or none.</summary>
    NotEqual,

    /// <summary>One of the values.</summary>
    In,

    /// <summary>None of the values.</summary>
    NotIn,

    /// <summary>Behind it in the order of code points.</summary>
    Greater,

    /// <summary>It, or behind it.</summary>
    GreaterOrEqual,

    /// <summary>Before it.</summary>
    Less,

    /// <summary>It, or before it.</summary>
    LessOrEqual,
}

/// <summary>Leaves out rows.</summary>
/// <param name="Dimension">What is compared.</param>
/// <param name="Operator">How.</param>
/// <param name="Values">With what: texts, for ids a <see cref="Guid"/>, for outcomes an <see cref="int"/>, else a
/// <see cref="bool"/>. One, or any number for <see cref="UsageOperator.In"/> and <see cref="UsageOperator.NotIn"/>.</param>
/// <param name="IncludeUnset">Whether rows without a value pass the latter two.</param>
public sealed record UsageFilter(
    UsageDimension Dimension, UsageOperator Operator, IReadOnlyList<object> Values, bool IncludeUnset = false);

/// <summary>Which usage to add up, and how.</summary>
public sealed record UsageQuery
{
    /// <summary>Whose. Null for all organizations, which only the operator's own commands may ask for.</summary>
    public required Guid? OrganizationId { get; init; }

    /// <summary>The first moment that counts.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The first moment that no longer counts.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The pieces of time.</summary>
    public UsageGrain Grain { get; init; }

    /// <summary>What rows are kept apart by.</summary>
    public IReadOnlyList<UsageDimension> Dimensions { get; init; } = [];

    /// <summary>All must pass.</summary>
    public IReadOnlyList<UsageFilter> Filters { get; init; } = [];

    /// <summary>Whether the percentiles of latency are wanted; read from the generations themselves.</summary>
    public bool Percentiles { get; init; }

    /// <summary>What comes first; what is equal is ordered by time, then by the dimensions. Null for just that.</summary>
    public UsageOrder? Order { get; init; }

    /// <summary>The most rows of each combination of dimensions.</summary>
    public int GroupLimit { get; init; } = int.MaxValue;

    /// <summary>The most rows in all.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Whether roll-ups do not hold what is asked for, so that each generation of the time must be read.</summary>
    public bool NeedsGenerations =>
        Percentiles || Grain == UsageGrain.Minute
        || Dimensions.Any(IsOnlyInGenerations) || Filters.Any(filter => IsOnlyInGenerations(filter.Dimension));

    private static bool IsOnlyInGenerations(UsageDimension dimension) => dimension >= UsageDimension.App;
}

/// <summary>By what rows are ordered: by time, by a dimension, or by a measure.</summary>
/// <param name="Measure">The measure; null for time or a dimension.</param>
/// <param name="Dimension">The dimension, one of those asked for; null for time or a measure.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record UsageOrder(UsageMeasure? Measure, UsageDimension? Dimension, bool Descending);
