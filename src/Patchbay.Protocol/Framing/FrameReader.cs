using System.Buffers;
using System.Runtime.CompilerServices;

namespace Patchbay.Protocol;

/// <summary>Splits a streamed answer into its events: fill, read until more is asked for, fill again; after the end of the
/// stream, <see cref="TryReadRemainder"/>. However the bytes arrive, the events are the same. Not safe for use by several
/// threads.</summary>
public abstract class FrameReader : IDisposable
{
    private const int InitialBuffer = 4 * 1024;
    private const int LeastRoom = 1024;

    private readonly Stream _source;
    private bool _isFilling;

    private protected FrameReader(Stream source, int maxFrameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFrameBytes);
        _source = source;
        MaxFrameBytes = maxFrameBytes;
    }

    /// <summary>True when bytes are buffered that belong to no event that was read.</summary>
    public virtual bool HasRemainder => End > Start;

    /// <summary>The longest event, in bytes as received.</summary>
    private protected int MaxFrameBytes { get; }

    /// <summary>What was received; the pending event is from <see cref="Start"/> to <see cref="End"/>.</summary>
    private protected byte[]? Buffer { get; private set; }

    /// <summary>Where the pending event begins.</summary>
    private protected int Start { get; set; }

    /// <summary>Where the received bytes end.</summary>
    private protected int End { get; private set; }

    /// <summary>Whether the stream cannot be read on.</summary>
    private protected virtual bool IsBroken => End - Start > MaxFrameBytes;

    /// <summary>Makes one read from the stream. While nothing is buffered it waits with a small buffer only. False at the
    /// end of the stream. Call it only after <see cref="TryRead"/> asked for more, and read no event before it has
    /// completed.</summary>
    /// <exception cref="InvalidOperationException">The stream cannot be read on: <see cref="TryRead"/> said so.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        _isFilling = true;
        try
        {
            var read = await _source.ReadAsync(Buffer.AsMemory(End), cancellationToken);
            End += read;
            return read > 0;
        }
        finally
        {
            _isFilling = false;
        }
    }

    /// <summary>The next event among the bytes that are already buffered.</summary>
    public abstract FrameResult TryRead(out StreamFrame frame);

    /// <summary>After the end of the stream: a last event that is whole though its end is not marked. False where the framing
    /// has no such events, and for what was cut.</summary>
    public abstract bool TryReadRemainder(out StreamFrame frame);

    /// <summary>Returns the buffers to the pool. The stream stays open. A read that still runs keeps its buffer, and its
    /// result is nobody's.</summary>
    public void Dispose()
    {
        if (_isFilling)
        {
            Buffer = null;
        }

        ReleaseBuffer();
        Start = End = 0;
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>The pending bytes are about to be moved to the front by this many places.</summary>
    private protected virtual void Shift(int by)
    {
    }

    /// <summary>Gives back what the framing itself has borrowed.</summary>
    private protected virtual void Release()
    {
    }

    private void MakeRoom()
    {
        var pending = End - Start;
        if (Start > 0)
        {
            Buffer.AsSpan(Start, pending).CopyTo(Buffer);
            Shift(Start);
            Start = 0;
            End = pending;
        }

        // A buffer that grew for one large event is not kept while the stream is silent. The small one is: to wait without
        // any takes a read of zero bytes first, which is one more system call for every event that comes alone.
        if (pending == 0 && Buffer is { Length: > InitialBuffer })
        {
            ReleaseBuffer();
        }

        if (IsBroken)
        {
            throw new InvalidOperationException("A broken stream cannot be read on.");
        }

        // A short room would cut the next read short, and with it what leaves at a time.
        if (Buffer is null)
        {
            Buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        }
        else if (Buffer.Length - pending < LeastRoom)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)Buffer.Length * 2, Array.MaxLength));
            Buffer.AsSpan(0, pending).CopyTo(larger);
            ReleaseBuffer();
            Buffer = larger;
        }
    }

    private void ReleaseBuffer()
    {
        if (Buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = null;
        }
    }
}
