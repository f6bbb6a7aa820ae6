using System.Buffers.Text;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>Reads single JSON values that stand alone in a span and are known to be valid.</summary>
internal static class JsonSlice
{
    // No answer has a thousand million of anything; such a count is a fault.
    private const long Absurd = 1_000_000_000;

    public static bool IsString(ReadOnlySpan<byte> value) => value.Length >= 2 && value[0] == (byte)'"';

    public static bool IsObject(ReadOnlySpan<byte> value) => value.Length >= 2 && value[0] == (byte)'{';

    public static bool IsArray(ReadOnlySpan<byte> value) => value.Length >= 2 && value[0] == (byte)'[';

    /// <summary>The decoded text of a string, in the value itself or in the scratch, which grows when it must; empty for
    /// another value.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value, ref byte[] scratch)
    {
        if (!IsString(value))
        {
            return default;
        }

        var inside = value[1..^1];
        if (!inside.Contains((byte)'\\'))
        {
            return inside;
        }

        if (scratch.Length < inside.Length)
        {
            scratch = new byte[inside.Length * 2];
        }

        return scratch.AsSpan(0, JsonText.Unescape(inside, scratch));
    }

    /// <summary>The decoded text of a string, to keep; empty for another value.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> value)
    {
        byte[] scratch = [];
        return Text(value, ref scratch).ToArray();
    }

    /// <summary>The text of a string; null for another value.</summary>
    public static string? String(ReadOnlySpan<byte> value) =>
        IsString(value) ? Encoding.UTF8.GetString(Bytes(value)) : null;

    /// <summary>A count of something, whole and not negative; null for another value.</summary>
    public static long? Count(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long whole, out var used) && used == value.Length)
        {
            return whole is >= 0 and <= Absurd ? whole : null;
        }

        return Utf8Parser.TryParse(value, out double real, out used) && used == value.Length && real is >= 0 and <= Absurd
            ? (long)real
            : null;
    }
}
