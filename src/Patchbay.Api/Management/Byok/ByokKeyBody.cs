using System.Collections.Immutable;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>What the operations on own provider keys have in common: the members of their bodies, and the places of what they
/// address.</summary>
internal static class ByokKeyBody
{
    private const int LongestName = 255;
    private const int MostEntries = 100;
    private const int LongestSlug = 256;

    /// <summary>The answer for an id that is no key of the caller's organization, whether or not it is one of another.</summary>
    public static ErrorResult NotFound { get; } = ErrorResult.NotFound("BYOK credential with this id");

    /// <summary>The key of the path, if it is the organization's.</summary>
    public static async Task<ByokKey?> FindAsync(
        this IByokKeyStore keys, string? id, Caller caller, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var parsed) ? await keys.FindAsync(parsed, caller.OrganizationId, cancellationToken) : null;

    /// <summary>The key with the members that the body has in place of its own.</summary>
    public static ByokKey Read(JsonBody body, ByokKey key)
    {
        var changed = key with
        {
            Name = body.TextOrNull("name", LongestName).Or(key.Name),
            AllowedModels = List(body, "allowed_models", 1, LongestSlug, null, key.AllowedModels),
            AllowedApiKeyHashes = List(
                body, "allowed_api_key_hashes", 1, 64, IsHash, key.AllowedApiKeyHashes),
            AllowedUserIds = List(body, "allowed_user_ids", 1, 64, IsUuid, key.AllowedUserIds),
            Disabled = body.Flag("disabled").Or(key.Disabled),
            IsFallback = body.Flag("is_fallback").Or(key.IsFallback),
            IsRequired = body.Flag("is_required").Or(key.IsRequired),
            IsByokOnly = body.Flag("is_byok_only").Or(key.IsByokOnly),
            DeclaredZdr = body.FlagOrNull("declared_zdr").Or(key.DeclaredZdr),
        };
        if (changed is { IsFallback: true, IsByokOnly: true } or { IsFallback: true, IsRequired: true })
        {
            body.Refuse("is_fallback", "cannot be combined with is_required or is_byok_only.");
        }

        return changed;
    }

    /// <summary>The accounts that a credential opens; a fault of the body when it has not the provider's form.</summary>
    public static IReadOnlyList<ProviderAccount> Accounts(JsonBody body, ProviderListing provider, string secret)
    {
        if (AccountText.Parse(provider.Auth, provider.AddressNames, secret, out var fault) is { } accounts)
        {
            return accounts;
        }

        body.Refuse("key", $"for {provider.Slug} {fault}");
        return [];
    }

    /// <summary>A few characters of a credential, by which its owner knows it again: at most a third of it.</summary>
    public static string LabelOf(IReadOnlyList<ProviderAccount> accounts)
    {
        if (accounts.Count == 0)
        {
            return "";
        }

        var shown = accounts[0].ApiKey ?? accounts[0].AuthSettings.AccessKeyId;
        return shown is null ? "service account"
            : shown.Length >= 24 ? $"{shown[..4]}...{shown[^4..]}"
            : shown.Length >= 12 ? $"{shown[..2]}...{shown[^2..]}"
            : "...";
    }

    private static ImmutableArray<string>? List(
        JsonBody body, string name, int least, int longest, Func<string, bool>? fits, ImmutableArray<string>? absent)
    {
        var list = body.TextsOrNull(name, least, MostEntries, longest, fits);
        return list.IsPresent ? list.Value is { } values ? [.. values] : null : absent;
    }

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out _);
}
