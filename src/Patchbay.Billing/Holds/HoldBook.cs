using System.Collections.Concurrent;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Admission control for money: reserves the worst case of a request at every level that applies, all or nothing,
/// so that no limit is ever exceeded however many requests run at once. This form serves one process, which owns all
/// budgets; with several replicas the book is fed with leased slices instead, behind the same members.</summary>
/// <remarks>Amounts live in memory and are loaded on first use; the durable truth is what <see cref="ISettlementLog"/>
/// wrote. One lock per organization makes a hold atomic over its levels; it is held for tens of nanoseconds.</remarks>
/// <param name="store">Where budgets, spending and funds are read.</param>
/// <param name="clock">The clock.</param>
/// <param name="prepaid">Whether an organization can spend only what was put into its credits.</param>
public sealed class HoldBook(IBudgetStore store, TimeProvider clock, bool prepaid = false)
{
    private readonly ConcurrentDictionary<Guid, OrganizationBook> _organizations = new();
    private readonly Lock _openGate = new();
    private Hold? _newestOpen;
    private long _openCount;

    /// <summary>How many holds are open.</summary>
    public long OpenCount => Volatile.Read(ref _openCount);

    /// <summary>The path of a caller: organization and workspace, then member, key and guardrail where they apply. Loads
    /// what is not in memory yet.</summary>
    /// <param name="organizationId">Who pays; its credits are the first level.</param>
    /// <param name="scopes">All scopes of the caller, widest first, the organization's included.</param>
    /// <param name="keyBudget">The limit that the key itself carries, if any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="StorageUnavailableException">A scope is not in memory and the database cannot answer.</exception>
    public async ValueTask<BudgetPath> OpenPathAsync(
        Guid organizationId, IReadOnlyList<BudgetScope> scopes, Budget? keyBudget, CancellationToken cancellationToken)
    {
        var book = _organizations.GetOrAdd(organizationId, static _ => new OrganizationBook());
        var meters = new ScopeMeter[scopes.Count];
        await book.Loading.WaitAsync(cancellationToken);
        try
        {
            for (var i = 0; i < scopes.Count; i++)
            {
                meters[i] = book.Find(scopes[i]) ?? book.Add(await LoadAsync(scopes[i], keyBudget, cancellationToken));
            }
        }
        finally
        {
            book.Loading.Release();
        }

        return new BudgetPath(book.Gate, meters);
    }

    /// <summary>Makes a changed or removed limit count for all requests from now on. Unknown scopes are ignored: they load
    /// the new limit on first use.</summary>
    public void SetBudgets(Guid organizationId, BudgetScope scope, IReadOnlyList<Budget> budgets)
    {
        if (_organizations.TryGetValue(organizationId, out var book))
        {
            lock (book.Gate)
            {
                book.Find(scope)?.SetBudgets(budgets);
            }
        }
    }

    /// <summary>Makes what was put into an organization's credits, or taken out of them, count for all requests from now on.
    /// To be called after each posting that changed them. Unknown organizations are ignored: they load their funds on first
    /// use; so are all when credits are not prepaid.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot answer; the old funds still count.</exception>
    public async ValueTask RefreshFundsAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        if (!prepaid || !_organizations.TryGetValue(organizationId, out var book))
        {
            return;
        }

        // Under the same semaphore as loading, so that of two readings the later one counts.
        await book.Loading.WaitAsync(cancellationToken);
        try
        {
            if (book.Find(new BudgetScope(BudgetLevel.Organization, organizationId)) is { } meter)
            {
                var funds = await store.GetFundsAsync(organizationId, cancellationToken);
                lock (book.Gate)
                {
                    meter.Funds = funds;
                }
            }
        }
        finally
        {
            book.Loading.Release();
        }
    }

    /// <summary>Reserves the amount at every level, or at none. The task completes at once in this form.</summary>
    public ValueTask<HoldResult> TryHoldAsync(BudgetPath path, Money amount, string generationId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount.Nanos);
        var now = clock.GetUtcNow();
        lock (path.Gate)
        {
            foreach (var meter in path.Meters)
            {
                // The second bound keeps the sum of the holds within the range of money where nothing else limits it.
                var available = Money.Min(meter.AvailableAt(now), Money.MaxValue - meter.Held);
                if (available < amount)
                {
                    return ValueTask.FromResult(new HoldResult(
                        null, meter.Scope.Level, Money.Max(available, Money.Zero), meter.Held));
                }
            }

            foreach (var meter in path.Meters)
            {
                meter.Hold(amount);
            }
        }

        var hold = new Hold(this, path, amount, generationId, now);
        Link(hold);
        return ValueTask.FromResult(new HoldResult(hold, default, amount, Money.Zero));
    }

    /// <summary>Reserves more for an open hold at every level, or at none; false when a level refuses or the hold has ended.
    /// The task completes at once in this form.</summary>
    public ValueTask<bool> TryExtendAsync(Hold hold, Money more)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(more.Nanos);
        var now = clock.GetUtcNow();
        lock (hold.Path.Gate)
        {
            if (hold.Ended)
            {
                return ValueTask.FromResult(false);
            }

            foreach (var meter in hold.Path.Meters)
            {
                if (Money.Min(meter.AvailableAt(now), Money.MaxValue - meter.Held) < more)
                {
                    return ValueTask.FromResult(false);
                }
            }

            foreach (var meter in hold.Path.Meters)
            {
                meter.Hold(more);
            }

            hold.Amount += more;
            return ValueTask.FromResult(true);
        }
    }

    /// <summary>Reserves the amount like <see cref="TryHoldAsync"/>, but takes as much of it as possible out of another hold,
    /// which shrinks by that: so that many requests can be paid for together before the first begins.</summary>
    public ValueTask<HoldResult> TryDrawAsync(Hold from, Money amount, string generationId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount.Nanos);
        var path = from.Path;
        var now = clock.GetUtcNow();
        lock (path.Gate)
        {
            var own = from.Ended ? Money.Zero : Money.Min(from.Amount, amount);
            var more = amount - own;
            foreach (var meter in path.Meters)
            {
                var available = Money.Min(meter.AvailableAt(now), Money.MaxValue - meter.Held);
                if (available < more)
                {
                    return ValueTask.FromResult(new HoldResult(
                        null, meter.Scope.Level, Money.Max(available, Money.Zero) + own, meter.Held - own));
                }
            }

            foreach (var meter in path.Meters)
            {
                meter.Hold(more);
            }

            from.Amount -= own;
        }

        var hold = new Hold(this, path, amount, generationId, now);
        Link(hold);
        return ValueTask.FromResult(new HoldResult(hold, default, amount, Money.Zero));
    }

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
                least = Money.Min(least, meter.AvailableAt(now));
            }
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

    /// <summary>What a scope has spent, up to the last settlement: from memory when it is there, else from the database.
    /// </summary>
    /// <exception cref="StorageUnavailableException">It is not in memory and the database cannot answer.</exception>
    public async ValueTask<ScopeSpending> GetSpendingAsync(
        Guid organizationId, BudgetScope scope, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_organizations.TryGetValue(organizationId, out var book))
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

    /// <summary>The sum of what is held by all organizations' own meters; zero when nothing is in flight.</summary>
    public Money GetTotalHeld()
    {
        var sum = Money.Zero;
        foreach (var book in _organizations.Values)
        {
            lock (book.Gate)
            {
                foreach (var meter in book.Meters)
                {
                    sum += meter.Scope.Level == BudgetLevel.Organization ? meter.Held : Money.Zero;
                }
            }
        }

        return sum;
    }

    /// <summary>Open holds that were taken before this time and are not written down yet, with their descriptions. They are
    /// marked as recorded before they are written: a settlement that overtakes the write then removes a row too much, never
    /// one too few.</summary>
    public IReadOnlyList<(Hold Hold, OpenHold Row)> TakeUnrecorded(DateTimeOffset takenBefore)
    {
        var open = new List<Hold>();
        lock (_openGate)
        {
            for (var hold = _newestOpen; hold is not null; hold = hold.Next)
            {
                if (hold.CreatedAt < takenBefore && !hold.Recorded)
                {
                    open.Add(hold);
                }
            }
        }

        var rows = new List<(Hold, OpenHold)>(open.Count);
        foreach (var hold in open)
        {
            // A hold ends under this lock, so that what describes it is still its own.
            lock (hold.Path.Gate)
            {
                if (!hold.Ended && hold.Describe() is { } row)
                {
                    hold.Recorded = true;
                    rows.Add((hold, row));
                }
            }
        }

        return rows;
    }

    internal void End(Hold hold, Money charge, Money byok, DateTimeOffset arrivedAt)
    {
        if (charge > hold.Amount)
        {
            throw new InvalidOperationException(
                $"A charge of {charge} exceeds the hold of {hold.Amount} for {hold.GenerationId}.");
        }

        lock (hold.Path.Gate)
        {
            if (hold.Ended)
            {
                return;
            }

            hold.Ended = true;
            var now = clock.GetUtcNow();
            foreach (var meter in hold.Path.Meters)
            {
                meter.Release(hold.Amount);
                meter.Spend(charge, byok, arrivedAt, now);
            }
        }

        Unlink(hold);
    }

    private async Task<ScopeMeter> LoadAsync(BudgetScope scope, Budget? keyBudget, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var budgets = await store.ListAsync(scope, cancellationToken);
        if (scope.Level == BudgetLevel.Key && keyBudget is not null)
        {
            budgets = [keyBudget];
        }

        var limited = prepaid && scope.Level == BudgetLevel.Organization;
        return new ScopeMeter(scope, budgets, await store.GetSpendingAsync(scope, now, cancellationToken), now)
        {
            Funds = limited ? await store.GetFundsAsync(scope.Id, cancellationToken) : null,
        };
    }

    private void Link(Hold hold)
    {
        lock (_openGate)
        {
            hold.Next = _newestOpen;
            if (_newestOpen is not null)
            {
                _newestOpen.Previous = hold;
            }

            _newestOpen = hold;
            _openCount++;
        }
    }

    private void Unlink(Hold hold)
    {
        lock (_openGate)
        {
            if (hold.Previous is not null)
            {
                hold.Previous.Next = hold.Next;
            }
            else
            {
                _newestOpen = hold.Next;
            }

            if (hold.Next is not null)
            {
                hold.Next.Previous = hold.Previous;
            }

            hold.Previous = null;
            hold.Next = null;
            _openCount--;
        }
    }

    private sealed class OrganizationBook
    {
        private readonly Dictionary<BudgetScope, ScopeMeter> _meters = [];

        public Lock Gate { get; } = new();

        public SemaphoreSlim Loading { get; } = new(1, 1);

        public IEnumerable<ScopeMeter> Meters => _meters.Values;

        public ScopeMeter? Find(BudgetScope scope)
        {
            lock (Gate)
            {
                return _meters.GetValueOrDefault(scope);
            }
        }

        public ScopeMeter Add(ScopeMeter meter)
        {
            lock (Gate)
            {
                _meters.Add(meter.Scope, meter);
                return meter;
            }
        }
    }
}
