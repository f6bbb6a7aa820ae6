using System.Collections.Frozen;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>A dimension of analytics.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Dimension">What it is.</param>
/// <param name="Id">The member of a row that holds what filters take, where the member of its own name holds a name for
/// people; null where that is one and the same.</param>
internal sealed record AnalyticsDimension(string Name, string Label, UsageDimension Dimension, string? Id = null)
{
    /// <summary>Whether its values have an order that filters can use.</summary>
    public bool IsText => Dimension
        is not (UsageDimension.Workspace or UsageDimension.Key or UsageDimension.Member or UsageDimension.Outcome
        or UsageDimension.IsByok or UsageDimension.Streamed);
}

/// <summary>A name of the analytics, and what it stands for.</summary>
internal sealed record AnalyticsWord<T>(string Name, string Label, T Value);

/// <summary>The closed tables of names that the analytics know. What is not in them is refused.</summary>
internal static class AnalyticsNames
{
    /// <summary>What rows can be kept apart by and filtered on.</summary>
    public static IReadOnlyList<AnalyticsDimension> Dimensions { get; } =
    [
        new("model", "Model", UsageDimension.Model),
        new("provider", "Provider", UsageDimension.Provider),
        new("api_key_id", "API key", UsageDimension.Key, "api_key_hash"),
        new("workspace", "Workspace", UsageDimension.Workspace, "workspace_id"),
        new("user", "User", UsageDimension.Member, "user_id"),
        new("endpoint", "Endpoint", UsageDimension.Endpoint),
        new("api_type", "API type", UsageDimension.ApiType),
        new("outcome", "Outcome", UsageDimension.Outcome),
        new("is_byok", "Own provider key", UsageDimension.IsByok),
        new("app", "App", UsageDimension.App),
        new("external_user", "End user", UsageDimension.ExternalUser),
        new("session_id", "Session", UsageDimension.Session),
        new("finish_reason", "Finish reason", UsageDimension.FinishReason),
        new("error_code", "Error code", UsageDimension.ErrorCode),
        new("service_tier", "Service tier", UsageDimension.ServiceTier),
        new("router", "Router", UsageDimension.Router),
        new("streamed", "Streamed", UsageDimension.Streamed),
        new("generation_id", "Generation", UsageDimension.Generation),
    ];

    /// <summary>The pieces of time.</summary>
    public static IReadOnlyList<AnalyticsWord<UsageGrain>> Granularities { get; } =
    [
        new("minute", "Minute", UsageGrain.Minute),
        new("hour", "Hour", UsageGrain.Hour),
        new("day", "Day", UsageGrain.Day),
        new("week", "Week", UsageGrain.Week),
        new("month", "Month", UsageGrain.Month),
    ];

    /// <summary>What filters compare with; the label says whether it takes one value or a list.</summary>
    public static IReadOnlyList<AnalyticsWord<UsageOperator>> Operators { get; } =
    [
        new("eq", "scalar", UsageOperator.Equal),
        new("neq", "scalar", UsageOperator.NotEqual),
        new("in", "array", UsageOperator.In),
        new("not_in", "array", UsageOperator.NotIn),
        new("gt", "scalar", UsageOperator.Greater),
        new("gte", "scalar", UsageOperator.GreaterOrEqual),
        new("lt", "scalar", UsageOperator.Less),
        new("lte", "scalar", UsageOperator.LessOrEqual),
    ];

    /// <summary>Dimensions by name.</summary>
    public static FrozenDictionary<string, AnalyticsDimension> DimensionOf { get; } =
        Dimensions.ToFrozenDictionary(dimension => dimension.Name, StringComparer.Ordinal);

    /// <summary>Pieces of time by name.</summary>
    public static FrozenDictionary<string, UsageGrain> GranularityOf { get; } =
        Granularities.ToFrozenDictionary(word => word.Name, word => word.Value, StringComparer.Ordinal);

    /// <summary>Operators by name.</summary>
    public static FrozenDictionary<string, UsageOperator> OperatorOf { get; } =
        Operators.ToFrozenDictionary(word => word.Name, word => word.Value, StringComparer.Ordinal);
}
