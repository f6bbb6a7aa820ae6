using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>The caller's side of a streamed answer. Frames are gathered and sent together. Until <see cref="Commit"/> none
/// is sent, so that another endpoint may still take over; meanwhile a caller that waits long sees processing comments. One
/// relay writes; the watch's timer may write a comment between two writes, never during one.</summary>
public sealed class Responder : Watched, IDisposable
{
    private const int Idle = 0;
    private const int Relaying = 1;
    private const int Commenting = 2;

    private readonly PooledBuffer _pending = new();
    private readonly HttpResponse _response;
    private readonly PipeWriter _writer;
    private readonly DeadlineWatch _watch;
    private readonly long _commentEveryMs;
    private long _nextComment;
    private int _state;
    private bool _stopped;
    private Task _comment = Task.CompletedTask;

    /// <summary>Begins a streamed answer; nothing is sent yet.</summary>
    public Responder(HttpResponse response, DeadlineWatch watch, TimeSpan commentEvery)
    {
        _response = response;
        _writer = response.BodyWriter;
        _watch = watch;
        _commentEveryMs = (long)commentEvery.TotalMilliseconds;
        _nextComment = Environment.TickCount64 + _commentEveryMs;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        watch.Add(this);
    }

    /// <summary>Whether content has been sent: no other endpoint can take over any more.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Whether the status line is out, so that an error can only be told inside the stream.</summary>
    public bool HasStarted => _response.HasStarted;

    /// <summary>Where frames are written, to be sent by <see cref="FlushAsync"/>.</summary>
    public PooledBuffer Output => _pending;

    /// <summary>Drops what was kept back: the attempt that wrote it failed.</summary>
    public void DropPending() => _pending.Clear();

    /// <summary>Waits until no comment is being written, and keeps new ones away until <see cref="FlushAsync"/>.</summary>
    public ValueTask BeginWriteAsync() =>
        Interlocked.CompareExchange(ref _state, Relaying, Idle) is Idle or Relaying ? ValueTask.CompletedTask : WaitForCommentAsync();

    /// <summary>From the next <see cref="FlushAsync"/> on, frames are sent.</summary>
    public void Commit() => IsCommitted = true;

    /// <summary>Sends what was written; call it only after <see cref="Commit"/>. Waits for a slow caller; completes also
    /// when the caller is gone. Between frames no memory is held.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            // In one write: for each, the server takes a lock and adds a chunk.
            await _writer.WriteAsync(_pending.Memory, cancellationToken);
        }
        finally
        {
            _pending.Dispose();
            Volatile.Write(ref _nextComment, Environment.TickCount64 + _commentEveryMs);
            Volatile.Write(ref _state, _stopped ? Relaying : Idle);
        }
    }

    /// <summary>Ends a write after which there is nothing to send.</summary>
    public void EndWrite() => Volatile.Write(ref _state, Idle);

    /// <summary>Ends the comments for good: when the task has completed, nothing but the caller writes any more.</summary>
    public ValueTask StopCommentsAsync()
    {
        _watch.Remove(this);
        _stopped = true;
        return BeginWriteAsync();
    }

    /// <summary>Gives back the memory of frames that were kept back.</summary>
    public void Dispose() => _pending.Dispose();

    /// <inheritdoc/>
    protected override void Tick(long nowMs)
    {
        if (nowMs >= Volatile.Read(ref _nextComment)
            && Interlocked.CompareExchange(ref _state, Commenting, Idle) == Idle)
        {
            _comment = CommentAsync();
        }
    }

    private async Task CommentAsync()
    {
        try
        {
            _writer.Write(ChatStreamEditor.ProcessingComment);
            await _writer.FlushAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller is gone; the relay learns it from the request's own token.
        }
        finally
        {
            Volatile.Write(ref _nextComment, Environment.TickCount64 + _commentEveryMs);
            Volatile.Write(ref _state, Idle);
        }
    }

    private async ValueTask WaitForCommentAsync()
    {
        while (Interlocked.CompareExchange(ref _state, Relaying, Idle) == Commenting)
        {
            await _comment;
            await Task.Yield();
        }
    }
}
