using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>What the operations on keys have in common.</summary>
internal static class KeyLookup
{
    /// <summary>The answer for a hash that is no key of the caller's organization, whether or not it is one of another.
    /// </summary>
    public static ErrorResult NotFound { get; } = ErrorResult.NotFound("API key with this hash");

    /// <summary>The key with this hash, if it is the organization's.</summary>
    public static async Task<ApiKey?> FindAsync(
        this IApiKeyStore keys, string? hash, Guid organizationId, CancellationToken cancellationToken) =>
        KeyHash.TryParse(hash, out var parsed)
        && await keys.FindAsync(parsed, cancellationToken) is { } key
        && key.OrganizationId == organizationId
            ? key
            : null;

    /// <summary>The key with what it has spent.</summary>
    public static async Task<KeyView> ShowAsync(this HoldBook holds, ApiKey key, CancellationToken cancellationToken) =>
        KeyView.Of(key, await holds.GetSpendingAsync(
            key.OrganizationId, new BudgetScope(BudgetLevel.Key, key.Id), cancellationToken));
}
