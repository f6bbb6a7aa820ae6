using System.Collections.Concurrent;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Admission control for money: reserves the worst case of a request at every level that applies, all or nothing,
/// so that no limit is ever exceeded however many requests run at once. Without a desk it serves one process, which owns all
/// budgets; with one it holds against slices that this server leased of limits which several servers share.</summary>
/// <remarks>Amounts live in memory and are loaded on first use; the durable truth is what <see cref="ISettlementLog"/>
/// wrote. One lock per organization makes a hold atomic over its levels; it is held for tens of nanoseconds.</remarks>
/// <param name="store">Where budgets, spending and funds are read.</param>
/// <param name="clock">The clock.</param>
/// <param name="prepaid">Whether an organization can spend only what was put into its credits.</param>
/// <param name="fees">What calls on callers' own keys cost; null for nothing.</param>
/// <param name="desk">Where slices of limits come from that are shared with other servers; null for one that is alone.</param>
public sealed partial class HoldBook(
    IBudgetStore store, TimeProvider clock, bool prepaid = false, ByokFees? fees = null, LeaseDesk? desk = null)
{
    private readonly ByokFees _fees = fees ?? ByokFees.None;
    private readonly ConcurrentDictionary<Guid, OrganizationBook> _organizations = new();

    /// <summary>Whether other servers spend of the same limits.</summary>
    public bool IsShared => desk is not null;

    /// <summary>The path of a caller: organization and workspace, then member, key and seat where they apply. Loads what is
    /// not in memory yet.</summary>
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
        var workspace = scopes.FirstOrDefault(static scope => scope.Level == BudgetLevel.Workspace).Id;
        await book.Loading.WaitAsync(cancellationToken);
        try
        {
            book.Guardrails ??= await store.ListGuardrailsAsync(organizationId, cancellationToken);
            for (var i = 0; i < scopes.Count; i++)
            {
                meters[i] = book.Find(scopes[i])
                    ?? book.Add(await LoadAsync(scopes[i], keyBudget, cancellationToken), workspace);
            }
        }
        finally
        {
            book.Loading.Release();
        }

        if (_fees.BasisPoints > 0 && desk is null && book.Allowance is null && book.Find(new BudgetScope(BudgetLevel.Organization, organizationId)) is { } whole)
        {
            var now = clock.GetUtcNow();
            lock (book.Gate)
            {
                book.Allowance ??= new ByokAllowance(_fees.Allowance, whole.SpendingAt(now).Byok.ThisMonth, now);
            }
        }

        return new BudgetPath(book.Gate, meters, book.Allowance, new LeasedPath(book.Slices, _fees.BasisPoints > 0 ? _fees.Allowance : null));
    }

    /// <summary>Makes a changed or removed limit count for all requests from now on. Unknown scopes are ignored: they load
    /// the new limit on first use.</summary>
    public void SetBudgets(Guid organizationId, BudgetScope scope, IReadOnlyList<Budget> budgets)
    {
        if (_organizations.TryGetValue(organizationId, out var book))
        {
            lock (book.Gate)
            {
                if (book.Find(scope)?.SetBudgets(budgets) == true)
                {
                    Reconsider(book, scope);
                }
            }
        }
    }

    /// <summary>Reads the limits of a scope again, wherever it is in memory, after they were changed here or on another server.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database does not answer; the old limits stay.</exception>
    public async Task ReloadBudgetsAsync(BudgetScope scope, CancellationToken cancellationToken)
    {
        foreach (var (organization, book) in _organizations)
        {
            if (book.Find(scope) is null)
            {
                continue;
            }

            // Under the same semaphore as loading, so that of two readings the later one counts.
            await book.Loading.WaitAsync(cancellationToken);
            try
            {
                SetBudgets(organization, scope, await store.ListAsync(scope, cancellationToken));
            }
            finally
            {
                book.Loading.Release();
            }
        }
    }

    /// <summary>Reads the budgets of an organization's guardrails, and whom they concern, again, after they were changed here or
    /// on another server. Unknown organizations are ignored.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer; the old limits stay.</exception>
    public async Task ReloadGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        if (!_organizations.TryGetValue(organizationId, out var book))
        {
            return;
        }

        await book.Loading.WaitAsync(cancellationToken);
        try
        {
            var guardrails = await store.ListGuardrailsAsync(organizationId, cancellationToken);
            lock (book.Gate)
            {
                book.Guardrails = guardrails;
                foreach (var (meter, workspace) in book.Places)
                {
                    if (meter.SetGuardrails(guardrails.Of(meter.Scope, workspace)))
                    {
                        Reconsider(book, meter.Scope);
                    }
                }
            }
        }
        finally
        {
            book.Loading.Release();
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
                var spent = desk is null ? default : (await store.GetSpendingAsync(meter.Scope, clock.GetUtcNow(), cancellationToken)).Credits.Lifetime;
                lock (book.Gate)
                {
                    meter.Funds = funds;
                    meter.LearnSpent(spent, clock.GetUtcNow());
                    Reconsider(book, meter.Scope);
                }
            }
        }
        finally
        {
            book.Loading.Release();
        }
    }

    /// <summary>Reserves the amount at every level, or at none. The task completes at once, unless a slice has to be leased.
    /// </summary>
    /// <param name="path">Whose money.</param>
    /// <param name="request">The worst case.</param>
    /// <param name="generationId">What it is for.</param>
    /// <param name="arrivedAt">When the request arrived, whose windows count; now when it is not given.</param>
    /// <exception cref="StorageUnavailableException">A slice has to be leased and the database does not answer.</exception>
    public ValueTask<HoldResult> TryHoldAsync(
        BudgetPath path, HoldRequest request, string generationId, DateTimeOffset? arrivedAt = null) =>
        desk is null
            ? Take(path, null, request, generationId)
            : HoldLeasedAsync(desk, path, null, request, generationId, arrivedAt);

    /// <summary>Reserves more for an open hold at every level, or at none; false when a level refuses or the hold has ended.
    /// </summary>
    public ValueTask<bool> TryExtendAsync(Hold hold, HoldRequest more)
    {
        if (desk is not null)
        {
            return ExtendLeasedAsync(desk, hold, more);
        }

        Check(more);
        var now = clock.GetUtcNow();
        lock (hold.Path.Gate)
        {
            if (hold.Ended)
            {
                return ValueTask.FromResult(false);
            }

            var (amount, grant) = Bound(hold.Path, more, now);
            foreach (var meter in hold.Path.Meters)
            {
                if (meter.Refuses(amount, now) is not null)
                {
                    hold.Path.Allowance?.Return(grant);
                    return ValueTask.FromResult(false);
                }
            }

            foreach (var meter in hold.Path.Meters)
            {
                meter.Hold(amount);
            }

            hold.Held += amount;
            hold.Grant = hold.Grant.Plus(grant);
            return ValueTask.FromResult(true);
        }
    }

    /// <summary>Reserves the amount like <see cref="TryHoldAsync"/>, but takes as much of it as possible out of another hold,
    /// which shrinks by that: so that many requests can be paid for together before the first begins.</summary>
    public ValueTask<HoldResult> TryDrawAsync(Hold from, HoldRequest request, string generationId) =>
        desk is null
            ? Take(from.Path, from, request, generationId)
            : HoldLeasedAsync(desk, from.Path, from, request, generationId, from.CreatedAt);

    internal void End(Hold hold, Money charge, Money byok, DateTimeOffset arrivedAt, bool settled)
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
            EndAllowance(hold, settled);
            foreach (var meter in hold.Path.Meters)
            {
                meter.Release(hold.Held);
                meter.Spend(charge, byok, arrivedAt, now);
            }

            if (hold.Leased is { } leased)
            {
                EndSlices(desk!, hold, leased, charge, byok, settled);
            }
        }

        Unlink(hold);
    }

    private ValueTask<HoldResult> Take(BudgetPath path, Hold? from, HoldRequest request, string generationId)
    {
        Check(request);
        var now = clock.GetUtcNow();
        HoldAmount amount;
        ByokGrant grant;
        lock (path.Gate)
        {
            (amount, grant) = Bound(path, request, now);
            var own = from is null or { Ended: true } ? default : HoldAmount.Min(from.Held, amount);
            var more = amount - own;
            foreach (var meter in path.Meters)
            {
                if (meter.Refuses(more, now) is { } available)
                {
                    path.Allowance?.Return(grant);
                    return ValueTask.FromResult(new HoldResult(
                        null, meter.Scope.Level, available + own.Credits, meter.Held - own.Credits)
                    {
                        Standing = meter.StandingAt(now),
                        Guardrail = meter.RefusingGuardrail(more, now),
                        IsBudget = meter.IsBudgetLeast(now),
                    });
                }
            }

            foreach (var meter in path.Meters)
            {
                meter.Hold(more);
            }

            if (from is not null)
            {
                from.Held -= own;
            }
        }

        var hold = new Hold(this, path, amount, grant, generationId, now);
        Link(hold);
        return ValueTask.FromResult(new HoldResult(hold, default, amount.Credits, Money.Zero));
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

    private sealed class OrganizationBook
    {
        private readonly Dictionary<BudgetScope, (ScopeMeter Meter, Guid Workspace)> _meters = [];

        public Lock Gate { get; } = new();

        public SemaphoreSlim Loading { get; } = new(1, 1);

        public ByokAllowance? Allowance { get; set; }

        public SliceBook Slices { get; } = new();

        /// <summary>The budgets of guardrails as they were read last; null before. Guarded by <see cref="Loading"/>.</summary>
        public GuardrailBudgets? Guardrails { get; set; }

        /// <summary>The meters, each with the workspace that it was opened for.</summary>
        public IEnumerable<(ScopeMeter Meter, Guid Workspace)> Places => _meters.Values;

        public ScopeMeter? Find(BudgetScope scope)
        {
            lock (Gate)
            {
                return _meters.GetValueOrDefault(scope).Meter;
            }
        }

        public ScopeMeter Add(ScopeMeter meter, Guid workspace)
        {
            lock (Gate)
            {
                meter.SetGuardrails(Guardrails?.Of(meter.Scope, workspace) ?? []);
                _meters.Add(meter.Scope, (meter, workspace));
                return meter;
            }
        }
    }
}
