using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Simulator.Anthropic;

/// <summary>Signs thoughts, and knows its own signatures again: a thought that came back changed by one byte is refused, as
/// https://docs.claude.com/en/docs/build-with-claude/extended-thinking says.</summary>
internal static class ThinkingSignature
{
    private static readonly byte[] Key = "the simulator's own key"u8.ToArray();

    public static string Of(string thinking) =>
        "Sim" + Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(thinking)));

    public static bool IsValid(string thinking, string signature) => signature == Of(thinking);

    /// <summary>Thoughts that only the simulator can read.</summary>
    public static string Redact(string thinking) => $"Red{Of(thinking)}{Convert.ToBase64String(Encoding.UTF8.GetBytes(thinking))}";

    /// <summary>Whether these are such thoughts, unchanged.</summary>
    public static bool IsRedacted(string data)
    {
        var at = "Red".Length + Of("").Length;
        var thinking = new byte[data.Length];
        return data.Length >= at && Convert.TryFromBase64String(data[at..], thinking, out var length)
            && data == Redact(Encoding.UTF8.GetString(thinking, 0, length));
    }
}
