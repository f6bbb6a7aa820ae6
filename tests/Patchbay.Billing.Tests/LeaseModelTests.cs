using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>Several books that lease of the same limits, against plain sums: random requests, answers of the database that are
/// lost before or after they took effect, servers that give everything back.</summary>
public sealed class LeaseModelTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope[] Scopes =
    [
        new(BudgetLevel.Organization, Organization),
        new(BudgetLevel.Workspace, Guid.CreateVersion7()),
        new(BudgetLevel.Key, Guid.CreateVersion7()),
    ];

    [Theory]
    [InlineData(1, 2, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(3, 4, 10)]
    [InlineData(4, 2, 30)]
    [InlineData(5, 4, 30)]
    public async Task Whatever_is_lost_on_the_way_no_limit_is_passed_and_no_slice_is_overdrawn(int seed, int servers, int lossPercent)
    {
        var random = new Random(seed);
        var limits = new SharedLimits(random, lossPercent);
        limits.Set(new Budget(Scopes[1], ResetInterval.Daily, new Money(600_000_000)));
        limits.Set(new Budget(Scopes[2], ResetInterval.Never, new Money(500_000_000)));
        limits.Set(new Budget(Scopes[2], ResetInterval.Monthly, new Money(400_000_000)));
        var nodes = new List<(HoldBook Book, LeaseDesk Desk, BudgetPath Path)>();
        for (var i = 0; i < servers; i++)
        {
            var clock = new SteppingClock();
            var desk = new LeaseDesk(new Node(limits), TimeSpan.FromSeconds(90), clock);
            var book = new HoldBook(limits, clock, prepaid: false, desk: desk);
            nodes.Add((book, desk, await book.OpenPathAsync(Organization, Scopes, null, TestContext.Current.CancellationToken)));
        }

        var open = new List<Hold>();
        var (held, refused, unavailable) = (0, 0, 0);
        for (var step = 0; step < 3000; step++)
        {
            var (book, desk, path) = nodes[random.Next(10) < 6 ? 0 : random.Next(servers)];
            try
            {
                switch (random.Next(8))
                {
                    case 0:
                        await desk.CloseAsync(TestContext.Current.CancellationToken);
                        break;
                    case < 4 when open.Count > 0:
                        var index = random.Next(open.Count);
                        var hold = open[index];
                        open.RemoveAt(index);
                        var charge = new Money(random.NextInt64(0, hold.Amount.Nanos + 1));
                        limits.Settle(hold, charge);
                        hold.Settle(charge, Money.Zero);
                        break;
                    case 4 when open.Count > 0:
                        await book.TryExtendAsync(open[^1], new Money(random.Next(1, 100_000)));
                        break;
                    default:
                        var result = await book.TryHoldAsync(path, new Money(random.NextInt64(1, 3_000_000)), "gen-model");
                        if (result.Hold is { } taken)
                        {
                            open.Add(taken);
                            held++;
                        }
                        else
                        {
                            refused++;
                        }

                        break;
                }
            }
            catch (StorageUnavailableException)
            {
                unavailable++;
            }

            limits.Check();
        }

        Assert.True(held > 200 && refused > 0, $"{held} held, {refused} refused");
        Assert.Equal(lossPercent > 0, unavailable > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{held} held, {refused} refused, {unavailable} unavailable");
    }

    [Theory]
    [InlineData(1, 1, "2026-03-18", "2026-03-19")]
    [InlineData(2, 1, "2026-03-16", "2026-03-23")]
    [InlineData(3, 1, "2026-03-01", "2026-04-01")]
    [InlineData(0, 1, "1970-01-01", "9999-12-31")]
    public void A_day_lies_in_one_window_of_each_kind(int kind, int level, string first, string after)
    {
        var key = LeaseKey.On(new BudgetScope((BudgetLevel)level, Organization), (LeaseKind)kind, new DateOnly(2026, 3, 18));
        Assert.Equal(first, key.Window.ToString("yyyy-MM-dd", null));
        Assert.Equal(after, key.End.ToString("yyyy-MM-dd", null));
    }

    private sealed class SharedLimits(Random random, int lossPercent) : IBudgetStore
    {
        private readonly List<Budget> _budgets = [];
        private readonly Dictionary<LeaseKey, long> _spent = [];
        private readonly Dictionary<(Node Node, LeaseKey Key), (long Granted, long Returned, long Used)> _leases = [];

        public void Set(Budget budget) => _budgets.Add(budget);

        public bool Loses() => random.Next(100) < lossPercent;

        public void Settle(Hold hold, Money charge)
        {
            var node = ((Node[])[.. _leases.Keys.Select(key => key.Node).Distinct()]).Single(candidate => candidate.Owns(hold));
            foreach (var budget in _budgets)
            {
                var key = LeaseKey.On(budget.Scope, (LeaseKind)budget.Interval, hold.Leases.Day);
                Assert.True(hold.Leases.Covers(budget.Scope.Level, key.Kind));
                _spent[key] = _spent.GetValueOrDefault(key) + charge.Nanos;
                var lease = _leases[(node, key)];
                _leases[(node, key)] = lease with { Used = lease.Used + charge.Nanos };
            }
        }

        public void Check()
        {
            foreach (var budget in _budgets)
            {
                var key = LeaseKey.On(budget.Scope, (LeaseKind)budget.Interval, new DateOnly(2026, 3, 18));
                var leased = 0L;
                foreach (var ((_, of), lease) in _leases)
                {
                    var left = lease.Granted - lease.Returned - lease.Used;
                    Assert.True(left >= 0, "A slice is overdrawn.");
                    leased += of == key ? left : 0;
                }

                Assert.True(_spent.GetValueOrDefault(key) + leased <= budget.Limit!.Value.Nanos, "A limit is passed.");
            }
        }

        public List<LeaseGrant> Take(Node node, IReadOnlyList<LeaseRequest> requests)
        {
            var lefts = requests.Select(request => Left(request.Key)).ToArray();
            var isRefused = requests.Where((request, i) => request.Need.Nanos > lefts[i]).Any();
            var grants = new List<LeaseGrant>();
            for (var i = 0; i < requests.Count; i++)
            {
                var (key, need, want) = requests[i];
                var tight = lefts[i] < 100_000_000;
                var slice = isRefused ? 0 : tight ? need.Nanos : Math.Max(need.Nanos, Math.Min(want.Nanos, lefts[i] / 4));
                var lease = _leases.GetValueOrDefault((node, key));
                _leases[(node, key)] = lease with { Granted = lease.Granted + slice };
                var others = _leases.Where(pair => pair.Key.Key == key && pair.Key.Node != node)
                    .Sum(pair => pair.Value.Granted - pair.Value.Returned - pair.Value.Used);
                grants.Add(new LeaseGrant(
                    need.Nanos > lefts[i], new Money(lease.Granted + slice), new Money(lefts[i] - slice), new Money(others), tight));
            }

            return grants;
        }

        public void Return(Node node, IReadOnlyList<LeaseReturn> returns)
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
            _budgets.Single(budget => budget.Scope == key.Scope && (LeaseKind)budget.Interval == key.Kind).Limit!.Value.Nanos
            - _spent.GetValueOrDefault(key)
            - _leases.Where(pair => pair.Key.Key == key).Sum(pair => pair.Value.Granted - pair.Value.Returned - pair.Value.Used);
    }

    /// <summary>A server's view. An answer may be lost after it took effect, or the question before.</summary>
    private sealed class Node(SharedLimits limits) : ILeaseStore
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
    private sealed class SteppingClock : TimeProvider
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
}
