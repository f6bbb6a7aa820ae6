using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Patchbay.Billing;

/// <summary>How requests wait for their turn where too many run at a time.</summary>
/// <param name="Wait">How long at most; zero for refusing them at once.</param>
/// <param name="Most">How many of an organization may wait.</param>
public readonly record struct TurnOptions(TimeSpan Wait, int Most);

/// <summary>Admits requests as fast as the limits of their organization, workspace and key allow. Costs a comparison where no
/// limits are set. Thread-safe.</summary>
/// <param name="windows">Where requests and tokens are counted.</param>
/// <param name="clock">The clock.</param>
/// <param name="turns">How requests wait.</param>
/// <param name="fleet">How many servers there are, who share what may run at a time; null for one that is alone.</param>
public sealed class RateGate(IRateWindows windows, TimeProvider clock, TurnOptions turns, FleetShare? fleet = null)
{
    private static readonly TimeSpan GuessedTurn = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, TurnQueue> _turns = new();
    private InForce _inForce = new([], FrozenDictionary<BudgetScope, Entry>.Empty);

    /// <summary>The limits in force, as they were given.</summary>
    public IReadOnlyList<RateLimit> Limits => Volatile.Read(ref _inForce).Given;

    /// <summary>Whether nobody is limited.</summary>
    public bool IsOpen => Volatile.Read(ref _inForce).Given.Count == 0;

    /// <summary>How many requests wait for their turn now.</summary>
    public int Waiting
    {
        get
        {
            var waiting = 0;
            foreach (var (_, queue) in _turns)
            {
                waiting += queue.Waiting;
            }

            return waiting;
        }
    }

    /// <summary>Puts these limits in force, in place of all before. What was counted stays. What the limit of a scope does not
    /// say, the one of everybody of its level says.</summary>
    public void Apply(IReadOnlyList<RateLimit> limits)
    {
        var given = limits.Where(static limit => !limit.IsEmpty).ToList();
        var common = given.Where(static limit => limit.Scope.Id == RateLimit.Everyone).ToDictionary(static limit => limit.Scope.Level);
        Volatile.Write(ref _inForce, new InForce(given, given.ToFrozenDictionary(
            static limit => limit.Scope, limit => new Entry(limit.Or(common.GetValueOrDefault(limit.Scope.Level))))));
    }

    /// <summary>Admits a request, when every limit of its caller leaves room for it; waits for its turn, where that is the
    /// way. Exactly one part of the answer is not null, or none when no limit concerns the caller.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <param name="tokens">What it will use at most, as far as it says.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async ValueTask<(RatePermit? Permit, RateRefusal? Refusal)> EnterAsync(
        LimitedCaller caller, long tokens, CancellationToken cancellationToken)
    {
        var inForce = Volatile.Read(ref _inForce);
        if (inForce.Given.Count == 0)
        {
            return default;
        }

        var found = Find(inForce.Entries, caller);
        if (found.Count == 0)
        {
            return default;
        }

        var turn = await TakeTurnAsync(caller, found, cancellationToken);
        if (turn.Refusal is not null)
        {
            return (null, turn.Refusal);
        }

        var counts = new List<TakenCount>(found.Count * 2);
        RateRefusal? refusal;
        try
        {
            refusal = await CountAsync(found, tokens, counts, cancellationToken);
        }
        catch
        {
            new RatePermit(windows, turn.Queue, turn.Limits, counts).Undo();
            throw;
        }

        var permit = new RatePermit(windows, turn.Queue, turn.Limits, counts);
        if (refusal is null)
        {
            return (permit, null);
        }

        permit.Undo();
        return (null, refusal);
    }

    // The narrowest limits are the most likely to refuse, so that they are asked first.
    private static List<Entry> Find(FrozenDictionary<BudgetScope, Entry> limits, LimitedCaller caller)
    {
        var found = new List<Entry>(3);
        if (caller.Key is { } key)
        {
            Add(BudgetLevel.Key, key);
        }

        Add(BudgetLevel.Workspace, caller.Workspace);
        Add(BudgetLevel.Organization, caller.Organization);
        return found;

        void Add(BudgetLevel level, Guid id)
        {
            if (limits.TryGetValue(new BudgetScope(level, id), out var own))
            {
                found.Add(own);
            }
            else if (limits.TryGetValue(new BudgetScope(level, RateLimit.Everyone), out var common))
            {
                found.Add(common.For(id));
            }
        }
    }

    private async ValueTask<Turn> TakeTurnAsync(LimitedCaller caller, List<Entry> found, CancellationToken cancellationToken)
    {
        var needed = new List<ConcurrencyLimit>(found.Count);
        var priority = 0;
        foreach (var entry in found)
        {
            priority = priority == 0 ? entry.Limit.Priority : priority;
            if (entry.Limit.Concurrency is { } most)
            {
                needed.Add(new ConcurrencyLimit(entry.Limit.Scope, (int)(fleet?.Of(most) ?? most)));
            }
        }

        if (needed.Count == 0)
        {
            return new Turn(null, needed, null);
        }

        var queue = _turns.GetOrAdd(caller.Organization, static _ => new TurnQueue());
        if (queue.TryEnter(needed) is not { } full)
        {
            return new Turn(queue, needed, null);
        }

        if (turns.Wait > TimeSpan.Zero && await queue.WaitAsync(
            needed, priority, caller.Key ?? caller.Workspace, turns.Wait, turns.Most, clock, cancellationToken))
        {
            return new Turn(queue, needed, null);
        }

        var whole = found.Find(entry => entry.Limit.Scope == full.Scope)!.Limit.Concurrency!.Value;
        return new Turn(null, needed, new RateRefusal(full.Scope, RateLimitKind.Concurrency, whole, 0, GuessedTurn));
    }

    private async ValueTask<RateRefusal?> CountAsync(
        List<Entry> found, long tokens, List<TakenCount> counts, CancellationToken cancellationToken)
    {
        foreach (var entry in found)
        {
            if (entry.Limit.RequestsPerMinute is { } requests
                && await TakeAsync(entry, RateLimitKind.Requests, entry.Requests, 1, requests) is { } tooMany)
            {
                return tooMany;
            }

            if (entry.Limit.TokensPerMinute is { } most
                && await TakeAsync(entry, RateLimitKind.Tokens, entry.Tokens, tokens, most) is { } tooMuch)
            {
                return tooMuch;
            }
        }

        return null;

        async ValueTask<RateRefusal?> TakeAsync(Entry entry, RateLimitKind kind, string name, long amount, long limit)
        {
            var result = await windows.TryTakeAsync(name, amount, limit, cancellationToken);
            if (result.IsTaken)
            {
                counts.Add(new TakenCount(name, amount, kind == RateLimitKind.Tokens));
                return null;
            }

            return new RateRefusal(entry.Limit.Scope, kind, limit, result.Left, result.RetryAfter);
        }
    }

    private sealed record InForce(IReadOnlyList<RateLimit> Given, FrozenDictionary<BudgetScope, Entry> Entries);

    private readonly record struct Turn(TurnQueue? Queue, List<ConcurrencyLimit> Limits, RateRefusal? Refusal);

    private sealed class Entry(RateLimit limit)
    {
        // Of a common limit, by whom it concerns.
        private readonly ConcurrentDictionary<Guid, Entry> _each = new();

        public RateLimit Limit { get; } = limit;

        public string Requests { get; } = Name("requests", limit.Scope);

        public string Tokens { get; } = Name("tokens", limit.Scope);

        public Entry For(Guid id) => _each.GetOrAdd(
            id, static (id, limit) => new Entry(limit with { Scope = limit.Scope with { Id = id } }), Limit);

        private static string Name(string kind, BudgetScope scope) =>
            string.Create(CultureInfo.InvariantCulture, $"{kind}:{(int)scope.Level}:{scope.Id:N}");
    }
}
