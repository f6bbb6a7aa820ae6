using System.Buffers;
using System.Buffers.Text;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Appends to one span of a buffer writer, whose size was bounded beforehand.</summary>
internal ref struct ByteSink
{
    private readonly IBufferWriter<byte> _output;
    private readonly Span<byte> _span;
    private int _length;

    public ByteSink(IBufferWriter<byte> output, int bound)
    {
        _output = output;
        _span = output.GetSpan(bound);
    }

    public readonly int Length => _length;

    public readonly ReadOnlySpan<byte> Written => _span[.._length];

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_span[_length..]);
        _length += bytes.Length;
    }

    public void Append(byte value) => _span[_length++] = value;

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _span[_length..], out var count);
        _length += count;
    }

    public void Append(Money amount)
    {
        amount.TryFormat(_span[_length..], out var count);
        _length += count;
    }

    /// <summary>Appends text as a JSON string with its quotes; needs at most six bytes for each byte, and two.</summary>
    public void AppendString(scoped ReadOnlySpan<byte> utf8)
    {
        Append((byte)'"');
        while (true)
        {
            var at = JsonText.IndexOfEscapable(utf8);
            if (at < 0)
            {
                Append(utf8);
                break;
            }

            Append(utf8[..at]);
            var value = utf8[at];
            if (value is (byte)'"' or (byte)'\\')
            {
                Append((byte)'\\');
                Append(value);
            }
            else
            {
                Append("\\u00"u8);
                Append(JsonText.HexDigit(value >> 4));
                Append(JsonText.HexDigit(value & 15));
            }

            utf8 = utf8[(at + 1)..];
        }

        Append((byte)'"');
    }

    public readonly void Complete() => _output.Advance(_length);
}
