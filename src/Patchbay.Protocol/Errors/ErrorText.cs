using System.Text.RegularExpressions;

namespace Patchbay.Protocol;

/// <summary>Makes a provider's own words fit to be shown and logged.</summary>
public static partial class ErrorText
{
    /// <summary>The longest text that is kept, in UTF-16 units.</summary>
    public const int MaxLength = 1000;

    private const string HiddenKey = "[redacted]";
    private const string HiddenAddress = "[url]";

    /// <summary>Removes the given key, whatever else looks like a credential, and addresses, and cuts the text to
    /// <see cref="MaxLength"/>. Null stays null.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Redact(string? text, string? apiKey = null)
    {
        if (text is null)
        {
            return null;
        }

        // A secret that straddles the cut is still seen whole, as long as it is no longer than the text itself.
        var head = text.Length <= MaxLength * 2 ? text : text[..(MaxLength * 2)];
        if (apiKey is { Length: >= 4 })
        {
            head = head.Replace(apiKey, HiddenKey, StringComparison.Ordinal);
        }

        head = Addresses().Replace(Secrets().Replace(head, HiddenKey), HiddenAddress);
        if (head.Length <= MaxLength)
        {
            return head;
        }

        var cut = char.IsHighSurrogate(head[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return string.Concat(head.AsSpan(0, cut), "…");
    }

    // The beginnings of keys of the providers and clouds that we know, JSON web tokens, and Authorization values.
    [GeneratedRegex(@"\b(?:(?:sk|pk|gsk|xai|key|api|pplx|nvapi|hf|csk|fw|r8)[-_]|AIza|AKIA|ASIA)[A-Za-z0-9*_\-.+/=]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|(?i:\b(?:bearer|basic)\s+)[\w\-.~+/=]{8,}"
        + @"|\bya29\.[\w.-]{8,}|(?i:x-amz-security-token)[:=""'\s]+[\w%+/=]{8,}", RegexOptions.NonBacktracking)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"https?://[^\s""'<>\\)]+", RegexOptions.NonBacktracking)]
    private static partial Regex Addresses();
}
