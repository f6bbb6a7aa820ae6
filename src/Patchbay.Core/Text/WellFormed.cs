using System.Buffers;
using System.Text;

namespace Patchbay.Core;

/// <summary>Text that is UTF-8 throughout.</summary>
internal static class WellFormed
{
    /// <summary>Copies the text; each ill-formed sequence becomes U+FFFD.</summary>
    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        while (!utf8.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(utf8, out _, out var used) == OperationStatus.Done;
            output.Write(isValid ? utf8[..used] : "\uFFFD"u8);
            utf8 = utf8[used..];
        }
    }
}
