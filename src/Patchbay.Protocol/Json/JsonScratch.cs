namespace Patchbay.Protocol;

/// <summary>Decodes JSON strings into memory that is used again. What it hands out is valid until <see cref="Clear"/>.
/// </summary>
internal sealed class JsonScratch
{
    private const int KeepAtMost = 64 * 1024;
    private byte[] _bytes = [];
    private int _used;

    /// <summary>Forgets everything that was handed out.</summary>
    public void Clear()
    {
        _used = 0;
        if (_bytes.Length > KeepAtMost)
        {
            _bytes = [];
        }
    }

    /// <summary>The text of a string that stands with its quotes; empty for any other value.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value)
    {
        if (!JsonScalar.IsString(value))
        {
            return default;
        }

        var inside = value[1..^1];
        return inside.Contains((byte)'\\') ? Take(inside) : inside;
    }

    /// <summary>Several texts one after the other.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default)
    {
        var room = Room(first.Length + second.Length + third.Length);
        first.CopyTo(room);
        second.CopyTo(room[first.Length..]);
        third.CopyTo(room[(first.Length + second.Length)..]);
        return room;
    }

    /// <summary>Room for as many bytes, to be filled.</summary>
    public Span<byte> Room(int length)
    {
        if (_bytes.Length - _used < length)
        {
            // What was handed out stays where it is.
            _bytes = new byte[Math.Max(1024, Math.Max(length, _bytes.Length * 2))];
            _used = 0;
        }

        var room = _bytes.AsSpan(_used, length);
        _used += length;
        return room;
    }

    // Without its escapes a string is never longer.
    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> inside)
    {
        var room = Room(inside.Length);
        return room[..JsonText.Unescape(inside, room)];
    }
}
