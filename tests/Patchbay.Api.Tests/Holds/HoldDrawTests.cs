using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class HoldDrawTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope Scope = new(BudgetLevel.Organization, Organization);

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero));
    private readonly HoldBook _book;

    public HoldDrawTests() => _book = new HoldBook(new MemoryBudgets(new MemoryDatabase()), _clock);

    private async Task<BudgetPath> OpenAsync(long nanos)
    {
        var key = new BudgetScope(BudgetLevel.Key, Guid.CreateVersion7());
        return await _book.OpenPathAsync(
            Organization, [Scope, key], new Budget(key, ResetInterval.Never, new Money(nanos)), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_drawn_was_held_already_and_no_other_request_can_take_it()
    {
        var path = await OpenAsync(100);
        var reserved = (await _book.TryHoldAsync(path, new Money(100), "gen-all")).Hold!;
        Assert.Null((await _book.TryHoldAsync(path, new Money(1), "gen-other")).Hold);

        var part = (await _book.TryDrawAsync(reserved, new Money(60), "gen-part")).Hold!;

        Assert.Equal(new Money(40), reserved.Amount);
        Assert.Equal(new Money(100), _book.GetTotalHeld());
        part.Settle(new Money(25), Money.Zero);
        Assert.Equal(new Money(40), _book.GetTotalHeld());
        await reserved.DisposeAsync();
        Assert.Equal(Money.Zero, _book.GetTotalHeld());
        Assert.Equal(new Money(75), _book.GetAvailable(path));
        Assert.Equal(0, _book.OpenCount);
    }

    [Fact]
    public async Task What_the_reservation_lacks_comes_from_the_account()
    {
        var path = await OpenAsync(100);
        var reserved = (await _book.TryHoldAsync(path, new Money(30), "gen-all")).Hold!;

        var part = (await _book.TryDrawAsync(reserved, new Money(80), "gen-part")).Hold!;

        Assert.Equal(Money.Zero, reserved.Amount);
        Assert.Equal(new Money(80), part.Amount);
        Assert.Equal(new Money(80), _book.GetTotalHeld());
        Assert.Equal(new Money(20), _book.GetAvailable(path));
    }

    [Fact]
    public async Task What_both_lack_is_refused_and_leaves_everything_as_it_was()
    {
        var path = await OpenAsync(100);
        var reserved = (await _book.TryHoldAsync(path, new Money(30), "gen-all")).Hold!;

        var refused = await _book.TryDrawAsync(reserved, new Money(101), "gen-part");

        Assert.Null(refused.Hold);
        Assert.Equal(BudgetLevel.Key, refused.RefusedBy);
        Assert.Equal(new Money(100), refused.Available);
        Assert.Equal(Money.Zero, refused.HeldByOthers);
        Assert.Equal(new Money(30), reserved.Amount);
        Assert.Equal(new Money(30), _book.GetTotalHeld());
    }

    [Fact]
    public async Task Nothing_is_drawn_from_what_has_ended()
    {
        var path = await OpenAsync(100);
        var reserved = (await _book.TryHoldAsync(path, new Money(100), "gen-all")).Hold!;
        await reserved.DisposeAsync();

        var part = await _book.TryDrawAsync(reserved, new Money(10), "gen-part");

        Assert.NotNull(part.Hold);
        Assert.Equal(new Money(10), _book.GetTotalHeld());
        Assert.Equal(new Money(100), reserved.Amount);
    }

    [Fact]
    public async Task Draws_at_the_same_time_never_take_more_than_there_is()
    {
        var path = await OpenAsync(1000);
        var reserved = (await _book.TryHoldAsync(path, new Money(500), "gen-all")).Hold!;

        var drawn = await Task.WhenAll(Enumerable.Range(0, 200)
            .Select(i => Task.Run(() => _book.TryDrawAsync(reserved, new Money(10), $"gen-{i}").AsTask())));

        Assert.Equal(100, drawn.Count(result => result.Hold is not null));
        Assert.Equal(new Money(1000), _book.GetTotalHeld());
        Assert.Equal(Money.Zero, reserved.Amount);
    }
}
