using System.Text.RegularExpressions;

namespace Patchbay.Providers;

/// <summary>Makes a provider's own words fit to be shown.</summary>
public static partial class UpstreamText
{
    /// <summary>The longest text that is passed on, in characters.</summary>
    public const int Longest = 2000;

    /// <summary>Removes anything that looks like a credential or an address, and what follows the first
    /// <see cref="Longest"/> characters.</summary>
    public static string Redact(string text, string? apiKey)
    {
        if (apiKey is { Length: >= 4 })
        {
            text = text.Replace(apiKey, "[key]", StringComparison.Ordinal);
        }

        text = Secrets().Replace(text, "[key]");
        text = Addresses().Replace(text, "[url]");
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
    }

    [GeneratedRegex(@"\b(?:sk|pk|gsk|xai|key|api|pplx|nvapi|hf|csk|fw)[-_][A-Za-z0-9*_\-.]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|(?i:bearer\s+)[\w\-.~+/=]{8,}"
        + @"|\bAIza[\w-]{20,}|\bya29\.[\w.-]{8,}|\bA[KS]IA[A-Z0-9]{12,}|(?i:x-amz-security-token)[:=""'\s]+[\w%+/=]{8,}", RegexOptions.NonBacktracking)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"https?://[^\s""'<>\\)]+", RegexOptions.NonBacktracking)]
    private static partial Regex Addresses();
}
