using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>The last chunk that was scanned whole, as it came and as it went out. Most chunks of a stream differ from the
/// one before only in their text, and some also in padding behind it: such a chunk needs no scan, only a look at these
/// strings. Whatever is unusual about it is left to the scan.</summary>
internal sealed class ChatFrameTemplate
{
    // Longer chunks are rare, and not worth their memory.
    private const int Longest = 4 * 1024;

    private byte[] _raw = [];
    private byte[] _edited = [];
    private int _rawLength;
    private int _editedLength;
    private Hole _text;
    private Hole _padding;

    /// <summary>There is content even if the text is empty.</summary>
    public bool HasNestedContent { get; private set; }

    /// <summary>Knows no chunk any more.</summary>
    public void Forget() => _rawLength = 0;

    /// <summary>Remembers a chunk.</summary>
    /// <param name="raw">The chunk as it came.</param>
    /// <param name="edited">The event that it became, which has the text and the padding unchanged.</param>
    /// <param name="text">The inside of the text.</param>
    /// <param name="padding">The inside of the padding, somewhere behind the text; default when there is none.</param>
    /// <param name="hasNestedContent">There is content even if the text is empty.</param>
    public void Learn(
        ReadOnlySpan<byte> raw, ReadOnlySpan<byte> edited, in Hole text, in Hole padding, bool hasNestedContent)
    {
        Forget();
        if (Math.Max(raw.Length, edited.Length) > Longest)
        {
            return;
        }

        Store(raw, ref _raw);
        Store(edited, ref _edited);
        _rawLength = raw.Length;
        _editedLength = edited.Length;
        _text = text;
        _padding = padding;
        HasNestedContent = hasNestedContent;
    }

    /// <summary>Writes the event that a chunk becomes. False, and nothing is written, when it differs in more than the
    /// strings.</summary>
    /// <param name="data">The chunk.</param>
    /// <param name="output">Receives the event.</param>
    /// <param name="inside">Its text, as it stands in the chunk.</param>
    /// <param name="textBytes">How many bytes of UTF-8 its text stands for.</param>
    public bool TryWrite(
        ReadOnlySpan<byte> data, IBufferWriter<byte> output, out ReadOnlySpan<byte> inside, out int textBytes)
    {
        inside = default;
        textBytes = 0;
        if (_rawLength == 0 || !data.StartsWith(_raw.AsSpan(0, _text.Raw)))
        {
            return false;
        }

        var text = data[_text.Raw..];
        var length = JsonText.InsideLength(text, out var isEscaped);
        if (length < 0)
        {
            return false;
        }

        var rest = text[length..];
        text = text[..length];
        ReadOnlySpan<byte> padding = default;
        if (_padding.Raw > 0)
        {
            var between = _raw.AsSpan(_text.RawEnd, _padding.Raw - _text.RawEnd);
            length = rest.StartsWith(between) ? JsonText.InsideLength(rest[between.Length..], out _) : -1;
            if (length < 0)
            {
                return false;
            }

            padding = rest.Slice(between.Length, length);
            rest = rest[(between.Length + length)..];
        }

        var last = _padding.Raw > 0 ? _padding : _text;
        if (!rest.SequenceEqual(_raw.AsSpan(last.RawEnd, _rawLength - last.RawEnd)))
        {
            return false;
        }

        var sink = new ByteSink(output, _editedLength + text.Length + padding.Length);
        sink.Append(_edited.AsSpan(0, _text.Edited));
        sink.Append(text);
        if (_padding.Raw > 0)
        {
            sink.Append(_edited.AsSpan(_text.EditedEnd, _padding.Edited - _text.EditedEnd));
            sink.Append(padding);
        }

        sink.Append(_edited.AsSpan(last.EditedEnd, _editedLength - last.EditedEnd));
        sink.Complete();
        inside = text;
        textBytes = isEscaped ? JsonText.DecodedLength(text) : text.Length;
        return true;
    }

    private static void Store(ReadOnlySpan<byte> bytes, ref byte[] target)
    {
        if (target.Length < bytes.Length)
        {
            target = new byte[Math.Max(512, bytes.Length * 2)];
        }

        bytes.CopyTo(target);
    }

    /// <summary>Where a string's inside stands that differs from chunk to chunk.</summary>
    /// <param name="Raw">Its start in the chunk; never zero, for a quote stands before it.</param>
    /// <param name="Edited">Its start in the event.</param>
    /// <param name="Length">Its length in both.</param>
    internal readonly record struct Hole(int Raw, int Edited, int Length)
    {
        public int RawEnd => Raw + Length;

        public int EditedEnd => Edited + Length;
    }
}
