using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;
using Patchbay.Billing;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Sqlite;

/// <summary>One piece of work for the writer thread. Executed inside a transaction that it shares with others; its waiter
/// learns of the outcome after the commit.</summary>
internal abstract class WriteCommand
{
    /// <summary>Whether every settlement that is durable by now must be in the tables before.</summary>
    public virtual bool AfterSettlements => false;

    /// <summary>Ends the wait: the work is durable.</summary>
    public abstract void Complete();

    /// <summary>Ends the wait: the work had no effect.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>Work of any kind. May be executed again after a rollback.</summary>
/// <param name="work">What to do inside the transaction.</param>
/// <param name="afterSettlements">See <see cref="AfterSettlements"/>.</param>
internal sealed class WorkCommand<T>(Func<SqliteSession, T> work, bool afterSettlements) : WorkCommand
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    /// <summary>Ends with the commit.</summary>
    public Task<T> Task => _completion.Task;

    /// <inheritdoc/>
    public override bool AfterSettlements => afterSettlements;

    /// <inheritdoc/>
    public override void Execute(SqliteSession session) => _result = work(session);

    /// <inheritdoc/>
    public override void Complete() => _completion.TrySetResult(_result);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _completion.TrySetException(exception);
}

/// <summary>Work of any kind, whatever it returns.</summary>
internal abstract class WorkCommand : WriteCommand
{
    /// <summary>Does the work inside the open transaction.</summary>
    public abstract void Execute(SqliteSession session);
}

/// <summary>Nothing to do but to bring journaled settlements into the tables.</summary>
internal sealed class CatchUpCommand : WriteCommand
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when they are there. Need not be awaited.</summary>
    public Task Task => _completion.Task;

    /// <inheritdoc/>
    public override bool AfterSettlements => true;

    /// <inheritdoc/>
    public override void Complete() => _completion.TrySetResult();

    /// <inheritdoc/>
    public override void Fail(Exception exception)
    {
        _completion.TrySetException(exception);
        _ = _completion.Task.Exception;
    }
}

/// <summary>A settlement. Pooled: it returns to the pool when its waiter has read the outcome, so that a settlement
/// allocates no waiting machinery.</summary>
internal sealed class SettlementCommand(ObjectPool<SettlementCommand> pool) : WriteCommand, IValueTaskSource
{
    // A command in the pool keeps no more than that.
    private const int LargestKept = 8 << 10;

    // Completed on a pool thread (Completion), so that what waits may go on right there.
    private ManualResetValueTaskSourceCore<bool> _core;
    private JournalBuffer? _payload;

    /// <summary>What to settle.</summary>
    public Settlement Settlement { get; private set; } = null!;

    /// <summary>The settlement as the journal writes it, after <see cref="Encode"/>.</summary>
    public ReadOnlySpan<byte> Payload => _payload!.Span;

    /// <summary>Makes the <see cref="Payload"/>, on the caller's thread.</summary>
    public void Encode()
    {
        _payload ??= new JournalBuffer();
        _payload.Truncate(0);
        SettlementCodec.Write(_payload, Settlement);
    }

    /// <summary>Takes a settlement and returns its wait, which must be awaited once.</summary>
    public ValueTask Start(Settlement settlement)
    {
        Settlement = settlement;
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Returns to the pool unused.</summary>
    public void Abandon()
    {
        Settlement = null!;
        _core.Reset();
        if (_payload?.Length > LargestKept)
        {
            _payload = null;
        }

        pool.Return(this);
    }

    /// <inheritdoc/>
    public override void Complete() => _core.SetResult(true);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _core.SetException(exception);

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Abandon();
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
