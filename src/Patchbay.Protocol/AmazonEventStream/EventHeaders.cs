using System.Buffers.Binary;

namespace Patchbay.Protocol;

/// <summary>The headers of a message, in their order; use it in <c>foreach</c>. They were checked when the message was
/// read: names are unique and every value is whole.</summary>
public readonly ref struct EventHeaders
{
    /// <summary>The most headers that one message may have here. The services send fewer than ten.</summary>
    public const int Most = 64;

    private readonly ReadOnlySpan<byte> _bytes;

    internal EventHeaders(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>The text under a name; empty when there is none or it is no text.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> name) =>
        TryFind(name, out var header) && header.Type == EventHeaderType.Text ? header.Value : default;

    /// <summary>The header of a name.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out EventHeader header)
    {
        foreach (var candidate in this)
        {
            if (candidate.Name.SequenceEqual(name))
            {
                header = candidate;
                return true;
            }
        }

        header = default;
        return false;
    }

    /// <summary>Whether the bytes are whole headers with unique names, and not too many.</summary>
    internal static bool AreValid(ReadOnlySpan<byte> bytes)
    {
        var headers = new EventHeaders(bytes);
        var rest = bytes;
        for (var count = 0; !rest.IsEmpty; count++)
        {
            if (count == Most || !TryReadFirst(rest, out var header, out var length))
            {
                return false;
            }

            // The first header of this name must be this one.
            if (!headers.TryFind(header.Name, out var first) || !first.Name.Overlaps(header.Name, out var distance) || distance != 0)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    private static bool TryReadFirst(ReadOnlySpan<byte> bytes, out EventHeader header, out int length)
    {
        header = default;
        length = 0;
        int nameLength = bytes[0];
        var valueAt = 1 + nameLength + 1;
        if (nameLength == 0 || bytes.Length < valueAt)
        {
            return false;
        }

        var type = (EventHeaderType)bytes[valueAt - 1];
        var size = type switch
        {
            EventHeaderType.True or EventHeaderType.False => 0,
            EventHeaderType.Whole8 => 1,
            EventHeaderType.Whole16 => 2,
            EventHeaderType.Whole32 => 4,
            EventHeaderType.Whole64 or EventHeaderType.Timestamp => 8,
            EventHeaderType.Uuid => 16,
            EventHeaderType.Bytes or EventHeaderType.Text =>
                bytes.Length < valueAt + 2 ? -1 : BinaryPrimitives.ReadInt16BigEndian(bytes[valueAt..]),
            _ => -1,
        };
        if (type is EventHeaderType.Bytes or EventHeaderType.Text)
        {
            valueAt += 2;
        }

        if (size < 0 || bytes.Length - valueAt < size)
        {
            return false;
        }

        header = new EventHeader(bytes.Slice(1, nameLength), type, bytes.Slice(valueAt, size));
        length = valueAt + size;
        return true;
    }

    /// <summary>Goes over the headers.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private EventHeader _current;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _rest = bytes;
        }

        /// <summary>The header that the last <see cref="MoveNext"/> went to.</summary>
        public readonly EventHeader Current => _current;

        /// <summary>Goes to the next header; false after the last.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty || !TryReadFirst(_rest, out _current, out var length))
            {
                return false;
            }

            _rest = _rest[length..];
            return true;
        }
    }
}
