using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Reads what callers give as their key at a provider. Most give one key; the clouds have forms of their own
/// (https://openrouter.ai/docs/guides/overview/auth/byok).</summary>
public static class AccountText
{
    /// <summary>The longest credential, in characters.</summary>
    public const int Longest = 16 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The accounts that the text names, the special ones first; null with a reason when it has not the form that the
    /// provider needs. The reason never quotes the text.</summary>
    /// <param name="auth">How the provider's credential is usually sent.</param>
    /// <param name="addressNames">What the provider's address needs of an account.</param>
    /// <param name="text">What the caller gave.</param>
    /// <param name="fault">What is wrong: the end of a sentence that begins with the member's name.</param>
    public static IReadOnlyList<ProviderAccount>? Parse(
        string auth, IReadOnlyList<string> addressNames, string text, out string? fault)
    {
        text = text.Trim();
        fault = null;
        if (text.Length is 0 or > Longest)
        {
            fault = $"must be a text of 1 to {Longest} characters.";
            return null;
        }

        _ = AuthScheme.TryParse(auth, out var scheme);
        try
        {
            return scheme.Kind switch
            {
                AuthKind.AwsSigV4 => AwsAccount.Parse(text, out fault) is { } account ? [account] : null,
                AuthKind.Google => GoogleAccount.Parse(text, out fault) is { } account ? [account] : null,
                AuthKind.AzureEntra => Refuse("cannot be used: this provider takes no keys.", out fault),
                _ when addressNames.Contains("resource") => AzureAccount.Parse(text, out fault),
                _ when addressNames.Count > 0 => PlainAt(addressNames, text, out fault),
                _ => Plain(text, out fault),
            };
        }
        catch (JsonException)
        {
            fault = "is no well-formed JSON.";
            return null;
        }
    }

    internal static JsonDocument Open(string text) => JsonDocument.Parse(text, Strict);

    /// <summary>The member's text; null when it has none.</summary>
    internal static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>Whether a text can be sent in a header: visible ASCII characters.</summary>
    internal static bool IsKey(string text)
    {
        foreach (var character in text)
        {
            if (character is <= ' ' or > '~')
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    /// <summary>Whether a text can stand in the name of a host: lower-case letters, digits and hyphens.</summary>
    internal static bool IsLabel(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character != '-')
            {
                return false;
            }
        }

        return text.Length is > 0 and <= 63;
    }

    private static IReadOnlyList<ProviderAccount>? Plain(string text, out string? fault)
    {
        fault = IsKey(text) ? null : "must be one key, without spaces and line ends.";
        return fault is null ? [new ProviderAccount { ApiKey = text }] : null;
    }

    // Other providers whose address names the customer: {"api_key": …} and a member for each name.
    private static IReadOnlyList<ProviderAccount>? PlainAt(
        IReadOnlyList<string> names, string text, out string? fault)
    {
        using var document = text.StartsWith('{') ? Open(text) : null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (document is null || Member(document.RootElement, name) is not { } value)
            {
                return Refuse($"must be a JSON object with the members api_key, {string.Join(", ", names)}.", out fault);
            }

            values.Add(name, value);
        }

        return document is not null && Member(document.RootElement, "api_key") is { } key && IsKey(key)
            ? Accept([new ProviderAccount { ApiKey = key, AddressValues = values }], out fault)
            : Refuse("has no 'api_key'.", out fault);
    }

    internal static IReadOnlyList<ProviderAccount>? Refuse(string reason, out string? fault)
    {
        fault = reason;
        return null;
    }

    private static IReadOnlyList<ProviderAccount> Accept(IReadOnlyList<ProviderAccount> accounts, out string? fault)
    {
        fault = null;
        return accounts;
    }
}
