using Patchbay.Core;

namespace Patchbay.Billing;

/// <content>What is spent, held and left, for those who ask.</content>
public sealed partial class HoldBook
{
    /// <summary>What the narrowest budget of the path leaves now; <see cref="Money.MaxValue"/> when nothing limits it.
    /// </summary>
    public Money GetAvailable(BudgetPath path)
    {
        var now = clock.GetUtcNow();
        var least = Money.MaxValue;
        lock (path.Gate)
        {
            foreach (var meter in path.Meters)
            {
                least = Money.Min(least, Money.Min(meter.AvailableAt(now), meter.AvailableListedAt(now)));
            }

            least = desk is null ? least : AvailableToLease(desk, path, now, least);
        }

        return Money.Max(least, Money.Zero);
    }

    /// <summary>The spending of the scope at one level of the path, up to the last settlement.</summary>
    public ScopeSpending? GetSpending(BudgetPath path, BudgetLevel level)
    {
        lock (path.Gate)
        {
            foreach (var meter in path.Meters)
            {
                if (meter.Scope.Level == level)
                {
                    return meter.SpendingAt(clock.GetUtcNow());
                }
            }
        }

        return null;
    }

    /// <summary>The same with what other servers have spent, as far as it is in the database; without them while that does not
    /// answer.</summary>
    public async ValueTask<ScopeSpending?> ReadSpendingAsync(
        BudgetPath path, BudgetLevel level, CancellationToken cancellationToken)
    {
        var own = GetSpending(path, level);
        var meter = Array.Find(path.Meters, meter => meter.Scope.Level == level);
        if (desk is null || meter is null)
        {
            return own;
        }

        try
        {
            return await store.GetSpendingAsync(meter.Scope, clock.GetUtcNow(), cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            return own;
        }
    }

    /// <summary>What a scope has spent, up to the last settlement: from memory when it is there, else from the database.
    /// </summary>
    /// <exception cref="StorageUnavailableException">It is not in memory and the database cannot answer.</exception>
    public async ValueTask<ScopeSpending> GetSpendingAsync(
        Guid organizationId, BudgetScope scope, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (desk is null && _organizations.TryGetValue(organizationId, out var book))
        {
            lock (book.Gate)
            {
                if (book.Find(scope) is { } meter)
                {
                    return meter.SpendingAt(now);
                }
            }
        }

        return await store.GetSpendingAsync(scope, now, cancellationToken);
    }

    /// <summary>The most that requests in flight of an organization may need which began before a time; zero when it is not in
    /// memory.</summary>
    public Money GetHeld(Guid organizationId, DateTimeOffset takenBefore)
    {
        if (!_organizations.TryGetValue(organizationId, out var book))
        {
            return Money.Zero;
        }

        lock (book.Gate)
        {
            if (book.Find(new BudgetScope(BudgetLevel.Organization, organizationId)) is not { } meter)
            {
                return Money.Zero;
            }

            // All, less those that are known to have begun later: one that is not in the list yet counts.
            var held = meter.Held;
            lock (_openGate)
            {
                for (var hold = _newestOpen; hold is not null; hold = hold.Next)
                {
                    if (!hold.Ended && hold.CreatedAt >= takenBefore && Array.IndexOf(hold.Path.Meters, meter) >= 0)
                    {
                        held -= hold.Amount;
                    }
                }
            }

            return held;
        }
    }

    /// <summary>The sum of what is held by all organizations' own meters; zero when nothing is in flight.</summary>
    public Money GetTotalHeld()
    {
        var sum = Money.Zero;
        foreach (var book in _organizations.Values)
        {
            lock (book.Gate)
            {
                foreach (var (meter, _) in book.Places)
                {
                    sum += meter.Scope.Level == BudgetLevel.Organization ? meter.Held : Money.Zero;
                }
            }
        }

        return sum;
    }
}
