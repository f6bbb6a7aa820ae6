using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>A database of limits, as plain sums.</summary>
/// <param name="random">Decides what is lost.</param>
/// <param name="lossPercent">How often.</param>
/// <param name="organization">Whose they are.</param>
/// <param name="allowance">The list price on own keys that is free of fees.</param>
internal sealed class SharedLimits(Random random, int lossPercent, BudgetScope organization, long allowance = 0) : IBudgetStore
{
    private readonly List<Budget> _budgets = [];
    private readonly Dictionary<LeaseKey, long> _spent = [];
    private readonly Dictionary<(LeaseNode Node, LeaseKey Key), (long Granted, long Returned, long Used)> _leases = [];

    public void Set(Budget budget) => _budgets.Add(budget);

    public bool Loses() => random.Next(100) < lossPercent;

    /// <summary>What was free of a fee.</summary>
    public long Free => _spent.Where(static pair => pair.Key.Kind == LeaseKind.Allowance).Sum(static pair => pair.Value);

    public void Settle(Hold hold, Money charge) => Settle(hold, hold.Leases, charge, Money.Zero);

    /// <summary>Books what a settlement says, as the tables do.</summary>
    public void Settle(Hold hold, LeaseUse use, Money charge, Money byok)
    {
        var node = ((LeaseNode[])[.. _leases.Keys.Select(key => key.Node).Distinct()]).Single(candidate => candidate.Owns(hold));
        foreach (var budget in _budgets)
        {
            var key = LeaseKey.On(budget.Scope, LeaseKey.KindOf(budget.Interval, budget.IncludesByok), use.Day);
            Assert.True(use.Covers(budget.Scope.Level, key.Kind));
            Book(key, charge + (budget.IncludesByok ? byok : Money.Zero), charge + (budget.IncludesByok ? use.Byok : Money.Zero));
        }

        if (use.Free is { } free)
        {
            Book(LeaseKey.On(organization, LeaseKind.Allowance, use.Day), free, free);
        }

        void Book(LeaseKey key, Money spent, Money used)
        {
            _spent[key] = _spent.GetValueOrDefault(key) + spent.Nanos;
            var lease = _leases.GetValueOrDefault((node, key));
            _leases[(node, key)] = lease with { Used = lease.Used + used.Nanos };
        }
    }

    public void Check()
    {
        foreach (var budget in _budgets)
        {
            var key = LeaseKey.On(budget.Scope, LeaseKey.KindOf(budget.Interval, budget.IncludesByok), new DateOnly(2026, 3, 18));
            var leased = 0L;
            foreach (var ((_, of), lease) in _leases)
            {
                var left = lease.Granted - lease.Returned - lease.Used;
                Assert.True(left >= 0, "A slice is overdrawn.");
                leased += of == key ? left : 0;
            }

            Assert.True(_spent.GetValueOrDefault(key) + leased <= budget.Limit!.Value.Nanos, "A limit is passed.");
        }

        var setAside = _leases.Where(static pair => pair.Key.Key.Kind == LeaseKind.Allowance)
            .Sum(static pair => pair.Value.Granted - pair.Value.Returned - pair.Value.Used);
        Assert.True(Free + setAside <= allowance, "More is free than the allowance.");
    }

    public List<LeaseGrant> Take(LeaseNode node, IReadOnlyList<LeaseRequest> requests)
    {
        var lefts = requests.Select(request => Left(request.Key)).ToArray();
        var isRefused = requests.Where((request, i) => request.Need.Nanos > lefts[i] && request.Limit is null).Any();
        var grants = new List<LeaseGrant>();
        for (var i = 0; i < requests.Count; i++)
        {
            var (key, need, want) = requests[i];
            var tight = lefts[i] < 100_000_000;
            var slice = isRefused ? 0 : need.Nanos > lefts[i] ? Math.Max(lefts[i], 0) : tight ? need.Nanos : Math.Max(need.Nanos, Math.Min(want.Nanos, lefts[i] / 4));
            var lease = _leases.GetValueOrDefault((node, key));
            _leases[(node, key)] = lease with { Granted = lease.Granted + slice };
            var others = _leases.Where(pair => pair.Key.Key == key && pair.Key.Node != node)
                .Sum(pair => pair.Value.Granted - pair.Value.Returned - pair.Value.Used);
            grants.Add(new LeaseGrant(
                need.Nanos > lefts[i], new Money(lease.Granted + slice), new Money(lefts[i] - slice), new Money(others), tight));
        }

        return grants;
    }

    public void Return(LeaseNode node, IReadOnlyList<LeaseReturn> returns)
    {
        foreach (var (key, total) in returns)
        {
            var lease = _leases[(node, key)];
            _leases[(node, key)] = lease with { Returned = Math.Max(lease.Returned, total.Nanos) };
        }
    }

    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Budget>>([.. _budgets.Where(budget => budget.Scope == scope)]);

    public Task SetAsync(Budget budget, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ScopeSpending> GetSpendingAsync(BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(default(ScopeSpending));

    private long Left(LeaseKey key) =>
        (key.Kind == LeaseKind.Allowance ? allowance : _budgets.Single(budget => budget.Scope == key.Scope && LeaseKey.KindOf(budget.Interval, budget.IncludesByok) == key.Kind).Limit!.Value.Nanos)
        - _spent.GetValueOrDefault(key)
        - _leases.Where(pair => pair.Key.Key == key).Sum(pair => pair.Value.Granted - pair.Value.Returned - pair.Value.Used);
}

/// <summary>A server's view. An answer may be lost after it took effect, or the question before.</summary>
internal sealed class LeaseNode(SharedLimits limits) : ILeaseStore
{
    private static long _last;

    public long Epoch { get; } = Interlocked.Increment(ref _last);

    public TimeSpan Lifetime => TimeSpan.FromSeconds(30);

    public TimeSpan Grace => TimeSpan.FromHours(24);

    public Action<LeaseKey>? Wanted { get; set; }

    public bool Owns(Hold hold) => hold.Leases.Epoch == Epoch;

    public Task<IReadOnlyList<LeaseGrant>> TakeAsync(IReadOnlyList<LeaseRequest> requests, CancellationToken cancellationToken)
    {
        Lose();
        var grants = limits.Take(this, requests);
        Lose();
        return Task.FromResult<IReadOnlyList<LeaseGrant>>(grants);
    }

    public Task ReturnAsync(IReadOnlyList<LeaseReturn> returns, CancellationToken cancellationToken)
    {
        Lose();
        limits.Return(this, returns);
        Lose();
        return Task.CompletedTask;
    }

    public Task RenewAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RegisterAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Lose()
    {
        if (limits.Loses())
        {
            throw new StorageUnavailableException("Lost.");
        }
    }
}

/// <summary>Time passes by itself, and waits are over at once.</summary>
internal sealed class SteppingClock : TimeProvider
{
    private long _milliseconds = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Interlocked.Add(ref _milliseconds, 7);

    public override DateTimeOffset GetUtcNow() => new(2026, 3, 18, 12, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Add(ref _milliseconds, (long)dueTime.TotalMilliseconds);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
