using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>A key as the API shows it. Amounts are USD, times UTC.</summary>
internal sealed record KeyView(
    string Hash,
    string Name,
    string Label,
    bool Disabled,
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
    DateTime CreatedAt,
    DateTime? UpdatedAt,
    DateTime? ExpiresAt,
    Guid? CreatorUserId,
    Guid WorkspaceId,
    string? ExternalUser)
{
    /// <summary>The key with what it has spent.</summary>
    public static KeyView Of(ApiKey key, ScopeSpending spent) => new(
        key.Hash.ToString(),
        key.Name,
        key.Label,
        key.Disabled,
        key.Limit,
        RemainingOf(key, spent),
        ResetWindow.NameOf(key.LimitReset),
        key.IncludeByokInLimit,
        spent.Credits.Lifetime,
        spent.Credits.Today,
        spent.Credits.ThisWeek,
        spent.Credits.ThisMonth,
        spent.Byok.Lifetime,
        spent.Byok.Today,
        spent.Byok.ThisWeek,
        spent.Byok.ThisMonth,
        key.CreatedAt.UtcDateTime,
        key.UpdatedAt?.UtcDateTime,
        key.ExpiresAt?.UtcDateTime,
        key.CreatorUserId,
        key.WorkspaceId,
        ExternalUser: null);

    /// <summary>What the key's own limit leaves in the present window; null without a limit, never negative.</summary>
    public static Money? RemainingOf(ApiKey key, ScopeSpending spent)
    {
        if (key.Limit is not { } limit)
        {
            return null;
        }

        var used = spent.Credits.In(key.LimitReset);
        used += key.IncludeByokInLimit ? spent.Byok.In(key.LimitReset) : Money.Zero;
        return Money.Max(limit - used, Money.Zero);
    }
}

internal sealed record KeyResponse(KeyView Data);

internal sealed record KeysResponse(IReadOnlyList<KeyView> Data);

internal sealed record CreatedKeyResponse(KeyView Data, string Key);

internal sealed record DeletedResponse(bool Deleted);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(KeyResponse))]
[JsonSerializable(typeof(KeysResponse))]
[JsonSerializable(typeof(CreatedKeyResponse))]
[JsonSerializable(typeof(DeletedResponse))]
internal sealed partial class KeyJson : JsonSerializerContext;
