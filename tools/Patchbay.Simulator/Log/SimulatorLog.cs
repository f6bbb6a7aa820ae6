namespace Patchbay.Simulator.Log;

/// <summary>What a simulator received and sent. Safe to read from any thread while requests are served.</summary>
public sealed class SimulatorLog
{
    private readonly Lock _lock = new();
    private readonly Queue<LoggedRequest> _kept = new();
    private readonly int _capacity;
    private LogCounters _totals;
    private TaskCompletionSource? _idle;

    internal SimulatorLog(bool keep, int capacity)
    {
        Keeps = keep;
        _capacity = capacity;
    }

    /// <summary>Whether requests are kept; counters are exact either way.</summary>
    public bool Keeps { get; }

    /// <summary>The totals of this moment.</summary>
    public LogCounters Counters
    {
        get
        {
            lock (_lock)
            {
                return _totals;
            }
        }
    }

    /// <summary>The kept requests of this moment, oldest first.</summary>
    public IReadOnlyList<LoggedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _kept];
            }
        }
    }

    /// <summary>Completes when no request is being answered. Counts and outcomes are final then.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_totals.InProgress == 0)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets kept requests and sets totals to zero; requests being answered stay counted.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _kept.Clear();
            _totals = new LogCounters { InProgress = _totals.InProgress };
        }
    }

    internal void Begin()
    {
        lock (_lock)
        {
            _totals = _totals with { Requests = _totals.Requests + 1, InProgress = _totals.InProgress + 1 };
        }
    }

    internal void Keep(LoggedRequest request)
    {
        lock (_lock)
        {
            if (_kept.Count >= _capacity)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(request);
        }
    }

    internal void End(RequestOutcome outcome, int promptTokens, int completionTokens, int frames, long bytes)
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            var totals = _totals;
            _totals = totals with
            {
                InProgress = totals.InProgress - 1,
                Completed = totals.Completed + (outcome == RequestOutcome.Completed ? 1 : 0),
                Cancelled = totals.Cancelled + (outcome == RequestOutcome.CancelledByClient ? 1 : 0),
                Faulted = totals.Faulted + (outcome == RequestOutcome.Faulted ? 1 : 0),
                PromptTokens = totals.PromptTokens + promptTokens,
                CompletionTokens = totals.CompletionTokens + completionTokens,
                Frames = totals.Frames + frames,
                Bytes = totals.Bytes + bytes,
            };
            if (_totals.InProgress == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }
}
