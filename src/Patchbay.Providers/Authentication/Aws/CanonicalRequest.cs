using System.Text;

namespace Patchbay.Providers;

/// <summary>The form of a request that Signature Version 4 hashes
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).</summary>
internal static class CanonicalRequest
{
    /// <summary>The text.</summary>
    /// <param name="method">The method, in capitals.</param>
    /// <param name="path">The path as it is sent.</param>
    /// <param name="query">The query as it is sent, without the question mark.</param>
    /// <param name="headers">The headers that are signed, sorted; their names in lower case.</param>
    /// <param name="payloadHash">The SHA-256 of the body, in hexadecimal.</param>
    /// <param name="normalizePath">Whether dot segments and repeated slashes are removed: so for every service but S3.</param>
    /// <param name="signedHeaders">The names of the headers, joined by semicolons.</param>
    public static string Create(
        string method, string path, string query, SortedList<string, string> headers, string payloadHash, bool normalizePath,
        out string signedHeaders)
    {
        signedHeaders = string.Join(';', headers.Keys);
        var text = new StringBuilder(512);
        text.Append(method).Append('\n');
        AppendPath(text, normalizePath ? Normalize(path) : path);
        text.Append('\n');
        AppendQuery(text, query);
        text.Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':');
            AppendTrimmed(text, value);
            text.Append('\n');
        }

        return text.Append('\n').Append(signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    // The path was encoded once to be sent and is encoded a second time to be signed.
    private static void AppendPath(StringBuilder text, string path)
    {
        if (path.Length == 0)
        {
            text.Append('/');
            return;
        }

        AppendEncoded(text, Encoding.UTF8.GetBytes(path), keepSlash: true);
    }

    private static void AppendQuery(StringBuilder text, string query)
    {
        if (query.Length == 0)
        {
            return;
        }

        var parts = query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        var encoded = new List<(string Name, string Value)>(parts.Length);
        foreach (var part in parts)
        {
            var split = part.IndexOf('=', StringComparison.Ordinal);
            encoded.Add(split < 0
                ? (Encoded(part), "")
                : (Encoded(part[..split]), Encoded(part[(split + 1)..])));
        }

        encoded.Sort(static (left, right) =>
            string.CompareOrdinal(left.Name, right.Name) is var order and not 0 ? order : string.CompareOrdinal(left.Value, right.Value));
        for (var i = 0; i < encoded.Count; i++)
        {
            text.Append(i > 0 ? "&" : "").Append(encoded[i].Name).Append('=').Append(encoded[i].Value);
        }
    }

    private static string Encoded(string part)
    {
        var text = new StringBuilder(part.Length + 16);
        AppendEncoded(text, Encoding.UTF8.GetBytes(Uri.UnescapeDataString(part)), keepSlash: false);
        return text.ToString();
    }

    private static void AppendEncoded(StringBuilder text, ReadOnlySpan<byte> bytes, bool keepSlash)
    {
        foreach (var value in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~'
                || (keepSlash && value == (byte)'/'))
            {
                text.Append((char)value);
            }
            else
            {
                text.Append('%').Append(HexDigit(value >> 4)).Append(HexDigit(value & 15));
            }
        }
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    // RFC 3986, section 5.2.4, and repeated slashes count as one.
    private static string Normalize(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        foreach (var segment in segments)
        {
            if (segment == "..")
            {
                if (kept.Count > 0)
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segment.Length > 0 && segment != ".")
            {
                kept.Add(segment);
            }
        }

        var isFolder = segments[^1] is "" or "." or "..";
        return "/" + string.Join('/', kept) + (isFolder && kept.Count > 0 ? "/" : "");
    }

    // White space at the ends goes, and inside it becomes one space; commas that join several values are the caller's.
    private static void AppendTrimmed(StringBuilder text, string value)
    {
        var pending = false;
        var start = text.Length;
        foreach (var character in value)
        {
            if (char.IsWhiteSpace(character))
            {
                pending = text.Length > start;
                continue;
            }

            if (pending)
            {
                text.Append(' ');
                pending = false;
            }

            text.Append(character);
        }
    }
}
