namespace Patchbay.Billing.Tests;

public sealed class RateGateTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly Guid Workspace = Guid.CreateVersion7();
    private static readonly Guid Key = Guid.CreateVersion7();
    private static readonly Guid OtherKey = Guid.CreateVersion7();
    private static readonly LimitedCaller Caller = new(Organization, Workspace, Key);
    private static readonly LimitedCaller Other = new(Organization, Workspace, OtherKey);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_limits_nothing_is_counted()
    {
        var gate = Gate();
        Assert.True(gate.IsOpen);
        Assert.Equal(default, await gate.EnterAsync(Caller, 1_000_000, Token));
    }

    [Fact]
    public async Task The_level_that_refuses_is_named_and_the_others_take_nothing()
    {
        var gate = Gate(
            new RateLimit(new(BudgetLevel.Organization, Organization)) { RequestsPerMinute = 1 },
            new RateLimit(new(BudgetLevel.Key, Key)) { RequestsPerMinute = 5 },
            new RateLimit(new(BudgetLevel.Key, OtherKey)) { RequestsPerMinute = 5 });
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
        for (var i = 0; i < 10; i++)
        {
            var refusal = (await gate.EnterAsync(Caller, 0, Token)).Refusal!;
            Assert.Equal((BudgetLevel.Organization, RateLimitKind.Requests, 1, 0),
                (refusal.Scope.Level, refusal.Kind, refusal.Limit, refusal.Left));
            Assert.InRange(refusal.RetryAfter.TotalSeconds, 1, 62);
        }

        gate.Apply([new RateLimit(new(BudgetLevel.Key, Key)) { RequestsPerMinute = 5 }]);
        for (var i = 0; i < 4; i++)
        {
            Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
        }

        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Refusal);
    }

    [Fact]
    public async Task A_default_counts_for_each_by_itself_until_it_has_a_limit_of_its_own()
    {
        var gate = Gate(new RateLimit(new(BudgetLevel.Key, RateLimit.Everyone)) { RequestsPerMinute = 1 });
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
        Assert.NotNull((await gate.EnterAsync(Other, 0, Token)).Permit);
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Refusal);
        Assert.Equal(default, await gate.EnterAsync(new LimitedCaller(Organization, Workspace, null), 0, Token));
    }

    [Fact]
    public async Task Tokens_are_estimated_at_first_and_counted_at_the_end()
    {
        var gate = Gate(new RateLimit(new(BudgetLevel.Workspace, Workspace)) { TokensPerMinute = 1000 });
        var permit = (await gate.EnterAsync(Caller, 900, Token)).Permit!;
        Assert.Equal(RateLimitKind.Tokens, (await gate.EnterAsync(Caller, 200, Token)).Refusal!.Kind);
        permit.End(100);
        permit.End(0);
        Assert.NotNull((await gate.EnterAsync(Other, 900, Token)).Permit);
        Assert.NotNull((await gate.EnterAsync(Caller, 1, Token)).Refusal);
    }

    [Fact]
    public async Task As_many_run_at_a_time_as_the_limit_says()
    {
        var gate = Gate(new RateLimit(new(BudgetLevel.Key, Key)) { Concurrency = 2 });
        var first = (await gate.EnterAsync(Caller, 0, Token)).Permit!;
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
        Assert.Equal(RateLimitKind.Concurrency, (await gate.EnterAsync(Caller, 0, Token)).Refusal!.Kind);
        first.End(0);
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
    }

    [Fact]
    public async Task Keys_that_wait_take_turns_and_a_higher_priority_goes_first()
    {
        var urgent = Guid.CreateVersion7();
        var gate = new RateGate(
            new MemoryRateWindows(TimeProvider.System), TimeProvider.System, new TurnOptions(TimeSpan.FromMinutes(1), 100));
        gate.Apply(
        [
            new RateLimit(new(BudgetLevel.Organization, Organization)) { Concurrency = 1 },
            new RateLimit(new(BudgetLevel.Key, urgent)) { Priority = 5 },
        ]);
        var running = (await gate.EnterAsync(Caller, 0, Token)).Permit!;
        var order = new List<string>();
        var waiting = new List<Task>();
        foreach (var (name, key) in new[]
        {
            ("a1", Key), ("a2", Key), ("a3", Key), ("b1", OtherKey), ("u1", urgent), ("b2", OtherKey),
        })
        {
            waiting.Add(RunAsync(name, new LimitedCaller(Organization, Workspace, key)));
        }

        running.End(0);
        await Task.WhenAll(waiting);
        Assert.Equal(["u1", "a1", "b1", "a2", "b2", "a3"], order);

        async Task RunAsync(string name, LimitedCaller caller)
        {
            var permit = (await gate.EnterAsync(caller, 0, Token)).Permit!;
            order.Add(name);
            await Task.Yield();
            permit.End(0);
        }
    }

    [Fact]
    public async Task A_queue_that_is_full_or_too_slow_refuses_and_loses_no_turn()
    {
        var gate = new RateGate(
            new MemoryRateWindows(TimeProvider.System), TimeProvider.System, new TurnOptions(TimeSpan.FromMilliseconds(50), 1));
        gate.Apply([new RateLimit(new(BudgetLevel.Key, Key)) { Concurrency = 1 }]);
        var running = (await gate.EnterAsync(Caller, 0, Token)).Permit!;
        var waits = gate.EnterAsync(Caller, 0, Token);
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Refusal);
        Assert.NotNull((await waits).Refusal);
        using var left = new CancellationTokenSource();
        var leaves = gate.EnterAsync(Caller, 0, left.Token);
        await left.CancelAsync();
        Assert.NotNull((await leaves).Refusal);
        running.End(0);
        Assert.NotNull((await gate.EnterAsync(Caller, 0, Token)).Permit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task However_requests_come_and_go_no_more_run_than_allowed_and_all_turns_come_back(int seed)
    {
        var gate = new RateGate(
            new MemoryRateWindows(TimeProvider.System), TimeProvider.System, new TurnOptions(TimeSpan.FromSeconds(20), 1000));
        gate.Apply(
        [
            new RateLimit(new(BudgetLevel.Organization, Organization)) { Concurrency = 7 },
            new RateLimit(new(BudgetLevel.Key, Key)) { Concurrency = 3 },
        ]);
        var (running, most, ofKey, mostOfKey) = (0, 0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(async () =>
        {
            var random = new Random(seed * 1000 + i);
            var mine = random.Next(2) == 0;
            using var left = new CancellationTokenSource();
            if (random.Next(5) == 0)
            {
                left.CancelAfter(random.Next(10));
            }

            var (permit, _) = await gate.EnterAsync(mine ? Caller : Other, 0, left.Token);
            if (permit is null)
            {
                return;
            }

            Raise(ref most, Interlocked.Increment(ref running));
            Raise(ref mostOfKey, mine ? Interlocked.Increment(ref ofKey) : 0);
            await Task.Delay(random.Next(5), Token);
            Interlocked.Decrement(ref running);
            Interlocked.Add(ref ofKey, mine ? -1 : 0);
            permit.End(0);
        })));

        Assert.InRange(most, 2, 7);
        Assert.InRange(mostOfKey, 1, 3);
        for (var i = 0; i < 7; i++)
        {
            Assert.NotNull((await gate.EnterAsync(i < 3 ? Caller : Other, 0, Token)).Permit);
        }

        static void Raise(ref int most, int value)
        {
            int known;
            while (value > (known = Volatile.Read(ref most)))
            {
                Interlocked.CompareExchange(ref most, value, known);
            }
        }
    }

    private static RateGate Gate(params RateLimit[] limits)
    {
        var gate = new RateGate(new MemoryRateWindows(TimeProvider.System), TimeProvider.System, default);
        gate.Apply(limits);
        return gate;
    }
}
