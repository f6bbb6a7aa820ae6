using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Patchbay.Storage.Journal;

/// <summary>Reads a segment from its file, also while a server writes it.</summary>
internal sealed class SegmentReader : IDisposable
{
    // How far the sequence of a record that is looked for behind a damaged one may be ahead.
    private const long Farthest = 1L << 24;

    private readonly SafeFileHandle _file;
    private readonly long _length;
    private byte[] _window = new byte[64 << 10];
    private int _filled;
    private int _next;
    private long _position = SegmentHeader.Length;

    private SegmentReader(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
        _length = RandomAccess.GetLength(file);
        var page = new byte[SegmentHeader.Length];
        var read = RandomAccess.Read(file, page, 0);
        IsBlank = page.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0;
        HasHeader = SegmentHeader.TryRead(page.AsSpan(0, read), out var header);
        Header = header;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether nothing was ever written.</summary>
    public bool IsBlank { get; }

    /// <summary>Whether <see cref="Header"/> could be read.</summary>
    public bool HasHeader { get; }

    /// <summary>How its present use began.</summary>
    public SegmentHeader Header { get; }

    /// <summary>Opens the file; null when there is none.</summary>
    public static SegmentReader? TryOpen(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return new SegmentReader(path, File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (FileNotFoundException)
        {
            // A server makes it anew at this moment.
            return null;
        }
    }

    /// <summary>Reads the next record when it is whole and has this sequence. The payload is valid until the next call.</summary>
    public bool TryRead(long expected, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!Fill(JournalRecord.HeaderLength))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(_next));
        if (length <= 0
            || length > _length - _position - JournalRecord.HeaderLength
            || !Fill(JournalRecord.HeaderLength + length)
            || !JournalRecord.TryRead(_window.AsSpan(_next, _filled - _next), Header.Salt, out var sequence, out payload)
            || sequence != expected)
        {
            return false;
        }

        _next += JournalRecord.HeaderLength + length;
        _position += JournalRecord.HeaderLength + length;
        return true;
    }

    /// <summary>Whether a whole record of this use, later than the one that could not be read, is somewhere behind.</summary>
    public bool HasRecordAfter(long unreadable)
    {
        var rest = new byte[_length - _position];
        var bytes = rest.AsSpan(0, ReadAll(rest, _position));
        for (var i = 0; i <= bytes.Length - JournalRecord.HeaderLength; i++)
        {
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i + 8)..]);
            if (sequence > unreadable
                && sequence - unreadable < Farthest
                && JournalRecord.TryRead(bytes[i..], Header.Salt, out _, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Makes so many bytes from the next record on available.
    private bool Fill(int count)
    {
        if (_filled - _next >= count)
        {
            return true;
        }

        var kept = _window.AsSpan(_next, _filled - _next);
        if (count > _window.Length)
        {
            var larger = new byte[count];
            kept.CopyTo(larger);
            _window = larger;
        }
        else
        {
            kept.CopyTo(_window);
        }

        _filled -= _next;
        _next = 0;
        _filled += ReadAll(_window.AsSpan(_filled), _position + _filled);
        return _filled >= count;
    }

    private int ReadAll(Span<byte> target, long position)
    {
        var total = 0;
        while (total < target.Length)
        {
            var read = RandomAccess.Read(_file, target[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }
}
