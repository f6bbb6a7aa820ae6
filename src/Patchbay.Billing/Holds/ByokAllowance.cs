using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The list price that an organization may still use on its own keys this month without a fee. Requests in flight have
/// a part of it set aside for their worst case, so that what is free never exceeds the allowance, and no fee exceeds its hold.
/// Not thread-safe: the book of its organization guards it.</summary>
internal sealed class ByokAllowance(Money limit, Money used, DateTimeOffset now)
{
    private DateTimeOffset _start = ResetWindow.StartOf(ResetInterval.Monthly, now);
    private DateTimeOffset _end = ResetWindow.EndOf(ResetInterval.Monthly, now);
    private Money _used = Money.Min(limit, used);
    private Money _setAside;

    /// <summary>Sets aside what is left of it, at most the worst case.</summary>
    public ByokGrant Take(Money worst, DateTimeOffset now)
    {
        Roll(now);
        var grant = Money.Min(worst, Money.Max(limit - _used - _setAside, Money.Zero));
        _setAside += grant;
        return new ByokGrant(_start, grant);
    }

    /// <summary>Gives back what was set aside.</summary>
    public void Return(in ByokGrant grant)
    {
        if (grant.Month == _start)
        {
            _setAside -= grant.Amount;
        }
    }

    /// <summary>Uses it for a list price, and gives back what was set aside too much. What of the price is free.</summary>
    public Money Use(in ByokGrant grant, Money listed, DateTimeOffset now)
    {
        Roll(now);
        if (grant.Month != _start)
        {
            // Last month's request takes nothing of this one's.
            return Money.Min(listed, grant.Amount);
        }

        _setAside -= grant.Amount;
        var free = Money.Min(listed, Money.Max(limit - _used - _setAside, Money.Zero));
        _used += free;
        return free;
    }

    /// <summary>Takes a use back: it did not become durable.</summary>
    public void Undo(in ByokGrant grant, Money free)
    {
        if (grant.Month == _start)
        {
            _used -= free;
        }
    }

    private void Roll(DateTimeOffset now)
    {
        if (now >= _end)
        {
            _start = ResetWindow.StartOf(ResetInterval.Monthly, now);
            _end = ResetWindow.EndOf(ResetInterval.Monthly, now);
            _used = Money.Zero;
            _setAside = Money.Zero;
        }
    }
}

/// <summary>A part of a month's allowance.</summary>
/// <param name="Month">When that month began.</param>
/// <param name="Amount">How much is set aside.</param>
internal readonly record struct ByokGrant(DateTimeOffset Month, Money Amount)
{
    public ByokGrant Plus(in ByokGrant more) => more.Month == Month ? this with { Amount = Amount + more.Amount } : this;
}
