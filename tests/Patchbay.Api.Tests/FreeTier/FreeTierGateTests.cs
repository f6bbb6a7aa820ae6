using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class FreeTierGateTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();

    private readonly WalkingClock _clock = new();
    private readonly World _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_200_at_once_exactly_20_a_minute_are_admitted_and_only_they_count_for_the_day()
    {
        var gate = Gate(new FreeTierOptions());
        Assert.Equal(20, await CountAsync(gate, 200));
        var refusal = (await gate.EnterAsync(Organization, Token))!;
        Assert.Equal((false, 20, null), (refusal.IsDaily, refusal.Limit, refusal.ToBuy));
        Assert.InRange(refusal.ResetsAt - _clock.Now, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
        Assert.Equal(new FreeTierStanding(true, 50, 20), await gate.ReadAsync(Organization, Token));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(20, await CountAsync(gate, 200));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(10, await CountAsync(gate, 200));

        // What the day refuses does not use up the minute.
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(20, await CountAsync(gate, 200));
    }

    [Fact]
    public async Task A_day_ends_at_midnight_of_UTC()
    {
        var gate = Gate(new FreeTierOptions { RequestsPerMinute = 0 });
        _clock.Now = new DateTimeOffset(2026, 3, 11, 23, 59, 59, 999, TimeSpan.Zero);
        Assert.Equal(50, await CountAsync(gate, 200));
        var refusal = (await gate.EnterAsync(Organization, Token))!;
        Assert.Equal((true, 50L, (Money?)Money.FromDollars(10), 1000L), (refusal.IsDaily, refusal.Limit, refusal.ToBuy, refusal.LimitThen));
        Assert.Equal(new DateTimeOffset(2026, 3, 12, 0, 0, 0, TimeSpan.Zero), refusal.ResetsAt);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(50, await CountAsync(gate, 200));
        Assert.Null(await gate.EnterAsync(Guid.CreateVersion7(), Token));
    }

    [Fact]
    public async Task Ten_credits_ever_bought_lift_the_limit_at_once_and_less_does_not()
    {
        var gate = Gate(new FreeTierOptions { RequestsPerMinute = 0 });
        Assert.Equal(50, await CountAsync(gate, 60));
        await BuyAsync(9.99m);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new Money(10_000_000), (await gate.EnterAsync(Organization, Token))!.ToBuy);
        await BuyAsync(0.01m);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(950, await CountAsync(gate, 1100));
        var refusal = (await gate.EnterAsync(Organization, Token))!;
        Assert.Equal((1000L, null), (refusal.Limit, refusal.ToBuy));
        Assert.Equal(new FreeTierStanding(false, 1000, 1000), await gate.ReadAsync(Organization, Token));
    }

    [Fact]
    public async Task What_was_given_is_not_bought()
    {
        await _world.Credits.ApplyAsync(new GrantOrder(Organization, "grant:1", "test", Money.FromDollars(100), null), Token);
        var gate = Gate(new FreeTierOptions { RequestsPerMinute = 0 });
        Assert.Equal(50, await CountAsync(gate, 60));
        Assert.True((await gate.ReadAsync(Organization, Token)).IsNew);
    }

    [Fact]
    public async Task Zero_is_no_limit_and_an_unknown_account_has_the_smaller_one()
    {
        var open = Gate(new FreeTierOptions { RequestsPerMinute = 0, RequestsPerDay = 0 });
        Assert.Equal(500, await CountAsync(open, 500));
        Assert.Null((await open.ReadAsync(Organization, Token)).Limit);
        _world.Database.IsDown = true;
        Assert.Equal(50, await CountAsync(Gate(new FreeTierOptions { RequestsPerMinute = 0 }), 60));
    }

    private FreeTierGate Gate(FreeTierOptions options) => new(
        new MemoryRateWindows(_clock), new MemoryCounters(), _world.Credits, options, new FleetShare(), _clock);

    private async Task BuyAsync(decimal dollars)
    {
        var id = Guid.CreateVersion7().ToString("N");
        var bought = await _world.Credits.ApplyAsync(
            new PurchaseOrder(Organization, id, "test", Money.FromDollars(dollars), Money.Zero, "stripe", id), Token);
        Assert.Equal(CreditStatus.Posted, bought.Status);
    }

    private static async Task<int> CountAsync(FreeTierGate gate, int attempts)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, attempts)
            .Select(_ => Task.Run(() => gate.EnterAsync(Organization, Token).AsTask())));
        return results.Count(static refusal => refusal is null);
    }

    private sealed class WalkingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;

        public void Advance(TimeSpan time) => Now += time;
    }
}
