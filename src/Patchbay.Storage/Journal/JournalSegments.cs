using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Patchbay.Storage.Journal;

/// <summary>What came of the wish for a segment with room.</summary>
internal enum SegmentState
{
    /// <summary>One can be written.</summary>
    Open,

    /// <summary>Each holds settlements that have not entered the database.</summary>
    Occupied,

    /// <summary>The disk refuses.</summary>
    Failed,
}

/// <summary>The segments, one of which is written at a time. Belongs to the journal's thread.</summary>
/// <param name="folder">Where.</param>
/// <param name="databaseId">Whose settlements.</param>
/// <param name="capacity">The length of a segment's file in bytes.</param>
internal sealed class JournalSegments(JournalFolder folder, Guid databaseId, int capacity) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Slot[] _slots = [new(), new()];
    private Slot? _current;
    private int _position;
    private long _epoch;
    private long _retryAt;

    /// <summary>Part of the checksum of the open segment's records.</summary>
    public long Salt { get; private set; }

    /// <summary>How many bytes the open segment still takes; 0 when none is open.</summary>
    public int Room => _current is null ? 0 : capacity - _position;

    /// <summary>Whether nothing was written into the open segment.</summary>
    public bool IsFresh => _position == SegmentHeader.Length;

    /// <summary>Why the last segment could not be used.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The files of both, for tests that make them fail.</summary>
    internal IEnumerable<SegmentFile?> Files => _slots.Select(slot => slot.File);

    /// <summary>Makes both files ready after a replay, when nothing in them is needed any more.</summary>
    public void Prepare()
    {
        try
        {
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                var path = folder.SegmentFile(slot);
                using (var reader = SegmentReader.TryOpen(path))
                {
                    _slots[slot].Epoch = reader?.Header.Epoch ?? 0;
                    _epoch = Math.Max(_epoch, _slots[slot].Epoch);
                }

                _slots[slot].File = SegmentFile.Prepare(path, capacity, isTrusted: true);
            }
        }
        catch (Exception exception)
        {
            Refuse(exception);
        }
    }

    /// <summary>Opens a segment whose records, if any, have all entered the database, unless one is open.</summary>
    /// <param name="first">The sequence of the next record.</param>
    /// <param name="ingested">The sequence up to which all have entered.</param>
    public SegmentState Open(long first, long ingested)
    {
        if (_current is not null)
        {
            return SegmentState.Open;
        }

        if (Environment.TickCount64 < _retryAt)
        {
            return SegmentState.Failed;
        }

        // The older one first, and one that has not failed before one that has.
        var state = SegmentState.Occupied;
        foreach (var index in Order())
        {
            if (_slots[index].Last > ingested)
            {
                continue;
            }

            try
            {
                Begin(index, first);
                Failure = null;
                return SegmentState.Open;
            }
            catch (Exception exception)
            {
                _slots[index].Discard();
                Refuse(exception);
                state = SegmentState.Failed;
            }
        }

        return state;
    }

    /// <summary>Writes whole records that fit and makes them durable.</summary>
    /// <param name="records">The records.</param>
    /// <param name="last">The sequence of the last one.</param>
    /// <exception cref="IOException">Whether they are durable is unknown. The segment is given up: a flush that failed says
    /// nothing about what is on the disk, and neither would a second one.</exception>
    public void Write(ReadOnlySpan<byte> records, long last)
    {
        var slot = _current!;
        try
        {
            slot.File!.Write(_position, records);
            slot.File.Flush();
        }
        catch (Exception exception)
        {
            Efface(slot.File!);
            slot.Discard();
            _current = null;
            Failure = exception;
            throw;
        }

        _position += records.Length;
        slot.Last = last;
    }

    /// <summary>Ends the open segment, which is full.</summary>
    public void Close() => _current = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.File?.Dispose();
        }
    }

    private int[] Order()
    {
        var newerFirst = _slots[0].Epoch > _slots[1].Epoch;
        var failed = (_slots[0].File is null, _slots[1].File is null);
        return failed switch
        {
            (true, false) => [1, 0],
            (false, true) => [0, 1],
            _ => newerFirst ? [1, 0] : [0, 1],
        };
    }

    private void Begin(int index, long first)
    {
        var slot = _slots[index];
        slot.File ??= SegmentFile.Prepare(folder.SegmentFile(index), capacity, isTrusted: false);
        Span<byte> salt = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(salt);
        var header = new SegmentHeader(databaseId, ++_epoch, first, BinaryPrimitives.ReadInt64LittleEndian(salt));
        var page = new byte[SegmentHeader.Length];
        header.Write(page);
        slot.File.Write(0, page);
        slot.File.Flush();
        slot.Epoch = header.Epoch;
        slot.Last = first - 1;
        Salt = header.Salt;
        _current = slot;
        _position = SegmentHeader.Length;
    }

    private void Refuse(Exception exception)
    {
        Failure = exception;
        _retryAt = Environment.TickCount64 + (long)RetryDelay.TotalMilliseconds;
    }

    // If the process dies before another segment begins, a replay should not find what was reported as failed. The segment
    // that is begun next says the same for good, by the sequence of its first record.
    private void Efface(SegmentFile file)
    {
        try
        {
            file.Write(_position, new byte[JournalRecord.HeaderLength]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = exception;
        }
    }

    private sealed class Slot
    {
        public SegmentFile? File { get; set; }

        public long Epoch { get; set; }

        public long Last { get; set; }

        public void Discard()
        {
            File?.Dispose();
            File = null;
        }
    }
}
