using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The key of a request as it sees itself. Amounts are USD, times UTC.</summary>
internal sealed record CurrentKeyView(
    string Label,
    Money? Limit,
    Money? LimitRemaining,
    string? LimitReset,
    bool IncludeByokInLimit,
    Money Usage,
    Money UsageDaily,
    Money UsageWeekly,
    Money UsageMonthly,
    Money ByokUsage,
    Money ByokUsageDaily,
    Money ByokUsageWeekly,
    Money ByokUsageMonthly,
    bool IsFreeTier,
    bool IsManagementKey,
    bool IsProvisioningKey,
    Guid? CreatorUserId,
    DateTime? ExpiresAt,
    RateLimitView RateLimit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FreeRequestsView? FreeModelDailyRequests)
{
    /// <summary>The caller with what it has spent, and with what it has of the free models, where these are limited.</summary>
    public static CurrentKeyView Of(Caller caller, ScopeSpending spent, FreeTierStanding? free) => new(
        caller.Key?.Label ?? "master key",
        caller.Key?.Limit,
        caller.Key is { } key ? KeyView.RemainingOf(key, spent) : null,
        ResetWindow.NameOf(caller.Key?.LimitReset ?? ResetInterval.Never),
        caller.Key?.IncludeByokInLimit ?? false,
        spent.Credits.Lifetime,
        spent.Credits.Today,
        spent.Credits.ThisWeek,
        spent.Credits.ThisMonth,
        spent.Byok.Lifetime,
        spent.Byok.Today,
        spent.Byok.ThisWeek,
        spent.Byok.ThisMonth,
        free is { IsNew: true },
        caller.CanManage,
        caller.CanManage,
        caller.Key?.CreatorUserId,
        caller.Key?.ExpiresAt?.UtcDateTime,
        RateLimitView.None,
        free is { Limit: { } limit } standing ? new FreeRequestsView(limit, standing.Used, Math.Max(0, limit - standing.Used)) : null);
}

/// <summary>Requests of free models on this UTC day, of the whole account.</summary>
internal sealed record FreeRequestsView(long Limit, long Used, long Remaining);

/// <summary>Kept for programs that still read it: there is no rate limit of a key.</summary>
internal sealed record RateLimitView(int Requests, string Interval, string Note)
{
    public static RateLimitView None { get; } = new(-1, "10s", "Deprecated: keys have no rate limit.");
}

internal sealed record CurrentKeyResponse(CurrentKeyView Data);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(CurrentKeyResponse))]
internal sealed partial class CurrentKeyJson : JsonSerializerContext;
