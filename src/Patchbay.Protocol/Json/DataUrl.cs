using System.Text;

namespace Patchbay.Protocol;

/// <summary>Takes <c>data:</c> URLs apart (RFC 2397); only those in base64, which is how media travels.</summary>
internal static class DataUrl
{
    /// <summary>The media type without its parameters, and the base64 text. False, with empty texts, for another address.
    /// </summary>
    public static bool TryRead(JsonString url, out string mediaType, out string base64)
    {
        mediaType = base64 = "";
        if (url.IsEmpty || url.Inside.Length < 5 || !Ascii.EqualsIgnoreCase(url.Inside[..5], "data:"u8))
        {
            return false;
        }

        var text = url.ToString();
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
        {
            return false;
        }

        var head = text.AsSpan(5, comma - 5);
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        head = head[..^7];
        var semicolon = head.IndexOf(';');
        mediaType = (semicolon < 0 ? head : head[..semicolon]).ToString().ToLowerInvariant();
        base64 = text[(comma + 1)..];
        return true;
    }

    /// <summary>The text that base64 stands for; the base64 itself where it is none.</summary>
    public static string Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : base64;
    }
}
