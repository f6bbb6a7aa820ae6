using Patchbay.Core;

namespace Patchbay.Billing;

/// <content>Holding against slices that are leased of limits which several servers share.</content>
public sealed partial class HoldBook
{
    // How often what was leased may be snatched away by others before a request gives up.
    private const int MostAttempts = 16;

    // A refusal is believed for so long without asking again.
    private const long BelieveMs = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private async ValueTask<bool> ExtendLeasedAsync(LeaseDesk tender, Hold hold, HoldRequest more)
    {
        Check(more);
        try
        {
            return (await TakeAsync(tender, new LeaseDemand(hold.Path, more, hold.CreatedAt, null, hold))).Taken is not null;
        }
        catch (StorageUnavailableException)
        {
            // Not now: it goes on with what it has.
            return false;
        }
    }

    private ValueTask<HoldResult> HoldLeasedAsync(
        LeaseDesk tender, BudgetPath path, Hold? from, HoldRequest request, string generationId, DateTimeOffset? at)
    {
        Check(request);
        var now = clock.GetUtcNow();
        var demand = new LeaseDemand(path, request, at ?? now, from);
        LeaseOutcome outcome;
        lock (path.Gate)
        {
            outcome = TryTake(tender, demand, now, shortages: null);
        }

        return outcome.Taken is not null
            ? ValueTask.FromResult(Held(path, outcome, generationId, now))
            : new ValueTask<HoldResult>(LeaseAndHoldAsync(tender, demand, generationId, now));
    }

    private async Task<HoldResult> LeaseAndHoldAsync(LeaseDesk tender, LeaseDemand demand, string generationId, DateTimeOffset now)
    {
        var outcome = await TakeAsync(tender, demand);
        return outcome.Taken is not null
            ? Held(demand.Path, outcome, generationId, now)
            : new HoldResult(
                null, outcome.Frozen ?? outcome.Refusing!.Key.Scope.Level, Money.Max(outcome.Available, Money.Zero), outcome.HeldByOthers)
            {
                Standing = StandingOf(demand.Path),
                Guardrail = RefusingGuardrail(demand.Path, outcome),
                IsBudget = outcome.Refusing is { Key.Kind: not LeaseKind.Funds },
            };
    }

    // A slice is of the strictest limit of its scope and window.
    private static GuardrailName? RefusingGuardrail(BudgetPath path, in LeaseOutcome outcome)
    {
        if (outcome.Refusing is not { Key.Plain: { Kind: <= LeaseKind.Monthly } key })
        {
            return null;
        }

        lock (path.Gate)
        {
            foreach (var meter in path.Meters)
            {
                if (meter.Scope == key.Scope)
                {
                    return meter.StrictestOf((ResetInterval)key.Kind)?.Guardrail;
                }
            }
        }

        return null;
    }

    private CreditStanding StandingOf(BudgetPath path)
    {
        lock (path.Gate)
        {
            return path.Meters.Length == 0 ? CreditStanding.Good : path.Meters[0].StandingAt(clock.GetUtcNow());
        }
    }

    private HoldResult Held(BudgetPath path, in LeaseOutcome outcome, string generationId, DateTimeOffset now)
    {
        var grant = new ByokGrant(default, outcome.Grant);
        var hold = new Hold(this, path, outcome.Amount, grant, generationId, now) { Leased = outcome.Taken };
        Link(hold);
        return new HoldResult(hold, default, outcome.Amount.Credits, Money.Zero);
    }

    private async Task<LeaseOutcome> TakeAsync(LeaseDesk tender, LeaseDemand demand)
    {
        var giveUpAt = tender.Now + tender.WaitForOthersMs;
        var shortages = new List<Shortage>();
        for (var attempt = 0; ; attempt++)
        {
            LeaseOutcome outcome;
            lock (demand.Path.Gate)
            {
                outcome = TryTake(tender, demand, clock.GetUtcNow(), shortages: null);
            }

            if (outcome.IsFinal || demand.IsOver)
            {
                return outcome;
            }

            outcome = await AskAsync(tender, demand, shortages);
            if (outcome.IsFinal || demand.IsOver)
            {
                return outcome;
            }

            var isSnatched = outcome.Refusing is null;
            var isLate = isSnatched ? attempt >= MostAttempts : tender.Now >= giveUpAt;
            var refusing = outcome.Refusing ?? (isLate && shortages.Count > 0 ? shortages[0].Slice : null);
            if (refusing?.Key.Kind == LeaseKind.Allowance && !demand.TakesFee)
            {
                if (TakesFee(tender, refusing, outcome, giveUpAt))
                {
                    demand = demand with { TakesFee = true };
                    (giveUpAt, attempt) = (tender.Now + tender.WaitForOthersMs, 0);
                    continue;
                }
            }
            else if (isLate || (!isSnatched && outcome.HeldByOthers <= outcome.OwnHeld))
            {
                return refusing is not null
                    ? outcome with { Refusing = refusing }
                    : throw new StorageUnavailableException("This server was not heard of by the database for too long.");
            }

            if (!isSnatched)
            {
                await Task.Delay(Pause, clock, CancellationToken.None);
            }
        }
    }

    // One request at a time for the narrowest slice that is short, so that those who wait are served together.
    private async Task<LeaseOutcome> AskAsync(LeaseDesk tender, LeaseDemand demand, List<Shortage> shortages)
    {
        Shortage narrowest;
        lock (demand.Path.Gate)
        {
            shortages.Clear();
            var outcome = TryTake(tender, demand, clock.GetUtcNow(), shortages);
            if (outcome.IsFinal || outcome.Refusing is not null)
            {
                return outcome;
            }

            narrowest = shortages.Count > 0 ? shortages[^1] : default;
            if (narrowest.Slice is not null)
            {
                narrowest.Slice.Waiting += narrowest.Whole;
            }
        }

        if (narrowest.Slice is null)
        {
            // Nothing is short: it is the right to spend at all that is missing.
            await RenewAsync(tender);
            return default;
        }

        await narrowest.Slice.Asking.WaitAsync(CancellationToken.None);
        try
        {
            return await AskInTurnAsync(tender, demand, shortages);
        }
        finally
        {
            lock (demand.Path.Gate)
            {
                narrowest.Slice.Waiting -= narrowest.Whole;
            }

            narrowest.Slice.Asking.Release();
        }
    }

    private async Task<LeaseOutcome> AskInTurnAsync(
        LeaseDesk tender, LeaseDemand demand, List<Shortage> shortages)
    {
        var now = tender.Now;
        lock (demand.Path.Gate)
        {
            shortages.Clear();
            var outcome = TryTake(tender, demand, clock.GetUtcNow(), shortages);
            if (outcome.IsFinal || demand.IsOver)
            {
                return outcome;
            }

            foreach (var (slice, request, _) in shortages)
            {
                if (now - slice.RefusedAt < BelieveMs && request.Need > slice.Available)
                {
                    return Refused(slice);
                }
            }
        }

        if (shortages.Count == 0)
        {
            await RenewAsync(tender);
            return default;
        }

        IReadOnlyList<LeaseGrant> grants;
        try
        {
            grants = await tender.TakeAsync(shortages.ConvertAll(static shortage => shortage.Request), CancellationToken.None);
        }
        catch (LeasesLostException)
        {
            return default;
        }

        lock (demand.Path.Gate)
        {
            LeaseSlice? refusing = null;
            for (var i = 0; i < grants.Count; i++)
            {
                shortages[i].Slice.Credit(grants[i], tender.Now);
                refusing ??= grants[i].IsRefused ? shortages[i].Slice : null;
            }

            if (refusing is not null)
            {
                return Refused(refusing);
            }

            return TryTake(tender, demand, clock.GetUtcNow(), shortages: null);
        }
    }

    private static async Task RenewAsync(LeaseDesk tender)
    {
        try
        {
            await tender.RenewAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException) when (tender.MayServeAlone)
        {
            // It was heard of not long ago, so nobody is given what it has leased.
        }
    }

    private static LeaseOutcome Refused(LeaseSlice slice) => new(
        null, slice, Saturate(slice.Free, slice.Available), Saturate(slice.Held, slice.Others))
    {
        OwnHeld = slice.Held,
    };

    private static Money Saturate(Money left, Money right) =>
        left > Money.MaxValue - Money.Max(right, Money.Zero) ? Money.MaxValue : left + right;

    /// <summary>Takes the demand from every slice, or from none; then the slices that have too little are listed. Under the
    /// gate.</summary>
    private LeaseOutcome TryTake(
        LeaseDesk tender, in LeaseDemand demand, DateTimeOffset time,
        List<Shortage>? shortages)
    {
        if (demand.IsOver)
        {
            return default;
        }

        var path = demand.Path;
        var set = demand.Leased;
        var isOwn = set is not null && !set.IsLost(tender.Epoch);
        if (!isOwn)
        {
            if (demand.Extends is not null)
            {
                // It was taken from slices that are lost; it ends with what it has.
                return new LeaseOutcome(null, set?.Slices is [var first, ..] ? first : set?.Allowance);
            }

            set = path.Slices.On(DateOnly.FromDateTime(demand.At.UtcDateTime), path.Meters, tender, path.Gate);
        }

        foreach (var meter in path.Meters)
        {
            if (meter.StandingAt(time) == CreditStanding.Frozen)
            {
                return new LeaseOutcome(null, null, Money.Zero, Money.Zero) { Frozen = meter.Scope.Level };
            }
        }

        var free = demand.Request.Byok;
        if (set!.Allowance is { } allowance && free > Money.Zero && allowance.Free < free)
        {
            if (!demand.TakesFee && !allowance.IsExhausted)
            {
                var need = free - allowance.Free;
                shortages?.Add(new Shortage(allowance, allowance.Ask(need, Money.Max(need, tender.WantOf(allowance))), free));
                return default;
            }

            free = Money.Max(allowance.Free, Money.Zero);
        }

        var amount = Bound(demand.Request, free);
        var own = isOwn ? demand.OwnOf(amount) : default;
        var more = amount - own;
        var grant = set.Allowance is null ? Money.Zero : free;
        var now = tender.Now;
        var slices = set.Slices;
        if ((slices.Length > 0 || grant > Money.Zero) && !(tender.IsLive(now, time) && HasFree(slices, more)))
        {
            List(tender, slices, more, shortages);
            return default;
        }

        foreach (var meter in path.Meters)
        {
            meter.Hold(more);
        }

        foreach (var slice in slices)
        {
            Hold(tender, slice, slice.PartOf(more), now, path.Gate);
        }

        if (grant > Money.Zero)
        {
            Hold(tender, set.Allowance!, grant, now, path.Gate);
        }

        if (demand.From is { } from)
        {
            from.Held -= own;
        }
        else if (demand.Extends is { } hold)
        {
            hold.Held += amount;
            hold.Grant = hold.Grant with { Amount = hold.Grant.Amount + grant };
        }

        return new LeaseOutcome(set) { Amount = amount, Grant = grant };
    }

    private static void Hold(LeaseDesk tender, LeaseSlice slice, Money amount, long now, Lock gate)
    {
        slice.Hold(amount, now);
        if (!slice.IsTight && slice.Free < slice.Low)
        {
            tender.Tend(slice, gate);
        }
    }

    private static bool HasFree(LeaseSlice[] slices, in HoldAmount amount)
    {
        foreach (var slice in slices)
        {
            if (slice.Free < slice.PartOf(amount))
            {
                return false;
            }
        }

        return true;
    }

    private static void List(LeaseDesk tender, LeaseSlice[] slices, in HoldAmount amount, List<Shortage>? shortages)
    {
        if (shortages is null)
        {
            return;
        }

        foreach (var slice in slices)
        {
            var part = slice.PartOf(amount);
            if (slice.Free < part)
            {
                var need = part - slice.Free;
                shortages.Add(new Shortage(slice, slice.Ask(need, Money.Max(need, tender.WantOf(slice))), part));
            }
        }
    }

    private static void EndSlices(LeaseDesk tender, Hold hold, LeaseSet set, Money charge, Money byok, bool settled)
    {
        var now = tender.Now;
        var used = new HoldAmount(charge, charge + hold.ListedBy(charge, byok));
        foreach (var slice in set.Slices)
        {
            End(slice, slice.PartOf(hold.Held), slice.PartOf(used));
        }

        if (set.Allowance is { } allowance && hold.Grant.Amount > Money.Zero)
        {
            End(allowance, hold.Grant.Amount, settled ? hold.FreeOfFee ?? Money.Zero : Money.Zero);
        }

        void End(LeaseSlice slice, Money held, Money spent)
        {
            slice.End(held, spent, now);
            if (slice.IsTight)
            {
                tender.Tend(slice, hold.Path.Gate);
            }
        }
    }

    // What is in the slices, and what was left for all when they were last asked for.
    private static Money AvailableToLease(LeaseDesk tender, BudgetPath path, DateTimeOffset now, Money least)
    {
        foreach (var slice in path.Slices.On(DateOnly.FromDateTime(now.UtcDateTime), path.Meters, tender, path.Gate).Slices)
        {
            least = Money.Min(least, Saturate(slice.Free, slice.Available));
        }

        return least;
    }

    // After a change, what the slices were leased of may be gone: all that nobody holds is given back and asked for anew.
    private void Reconsider(OrganizationBook book, BudgetScope scope)
    {
        if (desk is null)
        {
            return;
        }

        book.Slices.Version++;
        foreach (var (key, slice) in book.Slices.All)
        {
            if (key.Scope == scope)
            {
                slice.GiveBack();
                slice.OweReturn();
                slice.ForgetRefusal();
                slice.IsTight = true;
                desk.Tend(slice, book.Gate);
            }
        }
    }
}
