using System.Buffers;
using System.Buffers.Text;

namespace Patchbay.Protocol;

/// <summary>Base64 text that comes in pieces.</summary>
internal static class Base64Text
{
    /// <summary>The text for the bytes of both. A single piece stays as it is; what is no base64 is put together as text.
    /// </summary>
    public static byte[] Join(byte[]? first, byte[] second)
    {
        if (first is null or [])
        {
            return second;
        }

        var bytes = new byte[first.Length + second.Length];
        if (Base64.DecodeFromUtf8(first, bytes, out _, out var head) == OperationStatus.Done
            && Base64.DecodeFromUtf8(second, bytes.AsSpan(head), out _, out var tail) == OperationStatus.Done)
        {
            var text = new byte[Base64.GetMaxEncodedToUtf8Length(head + tail)];
            Base64.EncodeToUtf8(bytes.AsSpan(0, head + tail), text, out _, out var length);
            return text[..length];
        }

        return [.. first, .. second];
    }
}
