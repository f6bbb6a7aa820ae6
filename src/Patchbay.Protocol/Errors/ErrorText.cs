using System.Text;

namespace Patchbay.Protocol;

/// <summary>Makes a provider's text fit to be shown and logged.</summary>
public static class ErrorText
{
    /// <summary>The longest text that is kept, in UTF-16 units.</summary>
    public const int MaxLength = 1000;

    private const string Hidden = "[redacted]";
    private const int ShortestSecret = 8;

    private static readonly string[] SecretPrefixes =
        ["sk-", "sk_", "gsk_", "xai-", "pplx-", "AIza", "AKIA", "ASIA", "hf_", "r8_", "Bearer ", "Basic "];

    /// <summary>Replaces what looks like a key and cuts the text to <see cref="MaxLength"/>. Null stays null.</summary>
    public static string? Redact(string? text)
    {
        if (text is null)
        {
            return null;
        }

        // A secret that straddles the cut is still seen whole, as long as it is no longer than the text itself.
        var rest = text.AsSpan(0, Math.Min(text.Length, MaxLength * 2));
        var result = new StringBuilder(Math.Min(rest.Length, MaxLength));
        while (!rest.IsEmpty && result.Length < MaxLength)
        {
            var (at, length) = FindSecret(rest);
            if (at < 0)
            {
                result.Append(rest);
                break;
            }

            result.Append(rest[..at]).Append(Hidden);
            rest = rest[(at + length)..];
        }

        if (result.Length > MaxLength)
        {
            result.Length = char.IsHighSurrogate(result[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
            result.Append('…');
        }

        return result.ToString();
    }

    private static (int At, int Length) FindSecret(ReadOnlySpan<char> text)
    {
        var first = (At: -1, Length: 0);
        foreach (var prefix in SecretPrefixes)
        {
            for (var from = 0; from < text.Length;)
            {
                var found = text[from..].IndexOf(prefix, StringComparison.Ordinal);
                if (found < 0)
                {
                    break;
                }

                var at = from + found;
                var length = prefix.Length;
                while (at + length < text.Length && IsKeyCharacter(text[at + length]))
                {
                    length++;
                }

                var startsWord = at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]);
                if (startsWord && length >= prefix.Length + ShortestSecret)
                {
                    if (first.At < 0 || at < first.At)
                    {
                        first = (at, length);
                    }

                    break;
                }

                from = at + prefix.Length;
            }
        }

        return first;
    }

    private static bool IsKeyCharacter(char value) =>
        char.IsAsciiLetterOrDigit(value) || value is '-' or '_' or '.' or '*' or '+' or '/' or '=';
}
