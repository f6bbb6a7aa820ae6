using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Small facts about JSON text as bytes.</summary>
internal static class JsonText
{
    /// <summary>Nothing deeper than this is read.</summary>
    public const int MaxDepth = 64;

    /// <summary>Escaped names longer than this are none that we know.</summary>
    public const int LongestName = 64;

    public static readonly JsonReaderOptions Strict = new()
    {
        MaxDepth = MaxDepth,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
    };

    private static readonly SearchValues<byte> Escapable = SearchValues.Create(EscapableBytes());

    public static int IndexOfEscapable(ReadOnlySpan<byte> utf8) => utf8.IndexOfAny(Escapable);

    public static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    /// <summary>The current name or string of a reader without escapes. Text with escapes goes through the scratch and
    /// is cut to its length; a lone surrogate becomes U+FFFD.</summary>
    public static ReadOnlySpan<byte> Text(in Utf8JsonReader reader, Span<byte> scratch) =>
        reader.ValueIsEscaped ? scratch[..Unescape(reader.ValueSpan, scratch)] : reader.ValueSpan;

    /// <summary>The current string of a reader as a string; a lone surrogate becomes U+FFFD.</summary>
    public static string String(in Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var text = Encoding.UTF8.GetString(rented.AsSpan(0, Unescape(raw, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>How many bytes of UTF-8 the inside of a valid JSON string stands for.</summary>
    public static int DecodedLength(ReadOnlySpan<byte> raw)
    {
        var length = raw.Length;
        for (var at = raw.IndexOf((byte)'\\'); at >= 0; at = raw.IndexOf((byte)'\\'))
        {
            if (raw[at + 1] != (byte)'u')
            {
                length--;
                raw = raw[(at + 2)..];
                continue;
            }

            var unit = HexUnit(raw.Slice(at + 2, 4));
            length -= unit < 0x80 ? 5 : unit < 0x800 || char.IsSurrogate((char)unit) ? 4 : 3;
            raw = raw[(at + 6)..];
        }

        return length;
    }

    /// <summary>How long the inside of the JSON string is that begins here, behind its opening quote; -1 when the string
    /// is not closed or breaks JSON's rules. Text that is no UTF-8 breaks them too.</summary>
    public static int InsideLength(ReadOnlySpan<byte> json, out bool isEscaped)
    {
        isEscaped = false;
        var at = 0;
        while (true)
        {
            var found = json[at..].IndexOfAny(Escapable);
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (json[at] == (byte)'"')
            {
                return Utf8.IsValid(json[..at]) ? at : -1;
            }

            var escape = json[at] == (byte)'\\' ? EscapeLength(json[at..]) : 0;
            if (escape == 0)
            {
                return -1;
            }

            isEscaped = true;
            at += escape;
        }
    }

    /// <summary>Removes the escapes of a valid JSON string's inside; stops where the target is full.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var length = 0;
        while (!raw.IsEmpty)
        {
            var at = raw.IndexOf((byte)'\\');
            var plain = at < 0 ? raw : raw[..at];
            var count = Math.Min(plain.Length, target.Length - length);
            plain[..count].CopyTo(target[length..]);
            length += count;
            if (at < 0 || count < plain.Length)
            {
                break;
            }

            var rune = ReadEscape(raw[at..], out var used);
            raw = raw[(at + used)..];
            if (!rune.TryEncodeToUtf8(target[length..], out var encoded))
            {
                break;
            }

            length += encoded;
        }

        return length;
    }

    /// <summary>Replaces what is no UTF-8 by U+FFFD.</summary>
    public static byte[] RepairUtf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));

    /// <summary>True for a number in the range of a double.</summary>
    public static bool IsFinite(in Utf8JsonReader reader)
    {
        var digits = reader.ValueSpan;
        return (digits.Length < 300 && !digits.ContainsAny((byte)'e', (byte)'E'))
            || (Utf8Parser.TryParse(digits, out double value, out var used) && used == digits.Length
                && double.IsFinite(value));
    }

    // Zero when it is none. As in the reader, a surrogate may stand alone.
    private static int EscapeLength(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2)
        {
            return 0;
        }

        if (json[1] != (byte)'u')
        {
            return "\"\\/bfnrt"u8.Contains(json[1]) ? 2 : 0;
        }

        return json.Length >= 6 && char.IsAsciiHexDigit((char)json[2]) && char.IsAsciiHexDigit((char)json[3])
            && char.IsAsciiHexDigit((char)json[4]) && char.IsAsciiHexDigit((char)json[5])
            ? 6
            : 0;
    }

    private static Rune ReadEscape(ReadOnlySpan<byte> escape, out int used)
    {
        used = 2;
        switch (escape[1])
        {
            case (byte)'n': return new Rune('\n');
            case (byte)'r': return new Rune('\r');
            case (byte)'t': return new Rune('\t');
            case (byte)'b': return new Rune('\b');
            case (byte)'f': return new Rune('\f');
            case (byte)'u': break;
            default: return new Rune((char)escape[1]);
        }

        used = 6;
        var unit = HexUnit(escape.Slice(2, 4));
        if (!char.IsSurrogate((char)unit))
        {
            return new Rune((char)unit);
        }

        if (char.IsHighSurrogate((char)unit) && escape.Length >= 12 && escape[6] == (byte)'\\' && escape[7] == (byte)'u')
        {
            var low = (char)HexUnit(escape.Slice(8, 4));
            if (char.IsLowSurrogate(low))
            {
                used = 12;
                return new Rune((char)unit, low);
            }
        }

        return Rune.ReplacementChar;
    }

    private static int HexUnit(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out int unit, out _, 'x') ? unit : 0;

    private static byte[] EscapableBytes()
    {
        var bytes = new byte[34];
        for (var i = 0; i < 32; i++)
        {
            bytes[i] = (byte)i;
        }

        bytes[32] = (byte)'"';
        bytes[33] = (byte)'\\';
        return bytes;
    }
}
