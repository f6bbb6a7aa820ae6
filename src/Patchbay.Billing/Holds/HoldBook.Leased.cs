using Patchbay.Core;

namespace Patchbay.Billing;

/// <content>Holding against slices that are leased of limits which several servers share.</content>
public sealed partial class HoldBook
{
    // How often what was leased may be snatched away by others before a request gives up.
    private const int MostAttempts = 16;

    // A refusal is believed for so long without asking again.
    private const long BelieveMs = 100;

    // How long a request waits for other servers to give back what they do not use.
    private const long PatienceMs = 700;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private async ValueTask<bool> ExtendLeasedAsync(LeaseDesk tender, Hold hold, HoldRequest more)
    {
        var demand = Demand(hold.Path, more, hold.CreatedAt, null, hold);
        try
        {
            if ((await TakeAsync(tender, demand)).Taken is not null)
            {
                return true;
            }
        }
        catch (StorageUnavailableException)
        {
            // Not now: it goes on with what it has.
        }

        Forgo(demand);
        return false;
    }

    private ValueTask<HoldResult> HoldLeasedAsync(
        LeaseDesk tender, BudgetPath path, Hold? from, HoldRequest request, string generationId, DateTimeOffset? at)
    {
        var now = clock.GetUtcNow();
        var demand = Demand(path, request, at ?? now, from, null);
        LeaseOutcome outcome;
        lock (path.Gate)
        {
            outcome = TryTake(tender, demand, now, shortages: null);
        }

        return outcome.Taken is not null
            ? ValueTask.FromResult(Held(demand, outcome.Taken, generationId, now))
            : new ValueTask<HoldResult>(LeaseAndHoldAsync(tender, demand, generationId, now));
    }

    private LeaseDemand Demand(BudgetPath path, in HoldRequest request, DateTimeOffset at, Hold? from, Hold? extends)
    {
        lock (path.Gate)
        {
            var (amount, grant) = Bound(path, request, clock.GetUtcNow());
            return new LeaseDemand(path, amount, at, from, extends) { Grant = grant };
        }
    }

    private static void Forgo(in LeaseDemand demand)
    {
        lock (demand.Path.Gate)
        {
            demand.Path.Allowance?.Return(demand.Grant);
        }
    }

    private async Task<HoldResult> LeaseAndHoldAsync(LeaseDesk tender, LeaseDemand demand, string generationId, DateTimeOffset now)
    {
        LeaseOutcome outcome;
        try
        {
            outcome = await TakeAsync(tender, demand);
        }
        catch
        {
            Forgo(demand);
            throw;
        }

        if (outcome.Taken is { } taken)
        {
            return Held(demand, taken, generationId, now);
        }

        Forgo(demand);
        return new HoldResult(
            null, outcome.Listed ?? outcome.Refusing!.Key.Scope.Level, Money.Max(outcome.Available, Money.Zero), outcome.HeldByOthers)
        {
            Standing = StandingOf(demand.Path),
            IsBudget = outcome.Listed is not null || outcome.Refusing!.Key.Kind != LeaseKind.Funds,
        };
    }

    private CreditStanding StandingOf(BudgetPath path)
    {
        lock (path.Gate)
        {
            return path.Meters.Length == 0 ? CreditStanding.Good : path.Meters[0].StandingAt(clock.GetUtcNow());
        }
    }

    private HoldResult Held(in LeaseDemand demand, LeaseSet taken, string generationId, DateTimeOffset now)
    {
        var hold = new Hold(this, demand.Path, demand.Amount, demand.Grant, generationId, now) { Leased = taken };
        Link(hold);
        return new HoldResult(hold, default, demand.Amount.Credits, Money.Zero);
    }

    private async Task<LeaseOutcome> TakeAsync(LeaseDesk tender, LeaseDemand demand)
    {
        var giveUpAt = tender.Now + PatienceMs;
        var shortages = new List<(LeaseSlice Slice, LeaseRequest Request)>();
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
            if (isSnatched ? attempt >= MostAttempts : outcome.HeldByOthers <= outcome.OwnHeld || tender.Now >= giveUpAt)
            {
                return outcome.Refusing is not null || shortages.Count > 0
                    ? outcome with { Refusing = outcome.Refusing ?? shortages[0].Slice }
                    : throw new StorageUnavailableException("This server was not heard of by the database for too long.");
            }

            if (!isSnatched)
            {
                await Task.Delay(Pause, clock, CancellationToken.None);
            }
        }
    }

    // One request at a time for the narrowest slice that is short, so that those who wait are served together.
    private async Task<LeaseOutcome> AskAsync(
        LeaseDesk tender, LeaseDemand demand, List<(LeaseSlice Slice, LeaseRequest Request)> shortages)
    {
        LeaseSlice? narrowest;
        lock (demand.Path.Gate)
        {
            shortages.Clear();
            var outcome = TryTake(tender, demand, clock.GetUtcNow(), shortages);
            if (outcome.IsFinal || outcome.Refusing is not null)
            {
                return outcome;
            }

            narrowest = shortages.Count > 0 ? shortages[^1].Slice : null;
            if (narrowest is not null)
            {
                narrowest.Waiting += demand.Amount.Credits;
            }
        }

        if (narrowest is null)
        {
            // Nothing is short: it is the right to spend at all that is missing.
            await RenewAsync(tender);
            return default;
        }

        await narrowest.Asking.WaitAsync(CancellationToken.None);
        try
        {
            return await AskInTurnAsync(tender, demand, shortages);
        }
        finally
        {
            lock (demand.Path.Gate)
            {
                narrowest.Waiting -= demand.Amount.Credits;
            }

            narrowest.Asking.Release();
        }
    }

    private async Task<LeaseOutcome> AskInTurnAsync(
        LeaseDesk tender, LeaseDemand demand, List<(LeaseSlice Slice, LeaseRequest Request)> shortages)
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

            foreach (var (slice, request) in shortages)
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
    private static LeaseOutcome TryTake(
        LeaseDesk tender, in LeaseDemand demand, DateTimeOffset time,
        List<(LeaseSlice Slice, LeaseRequest Request)>? shortages)
    {
        if (demand.IsOver)
        {
            return default;
        }

        var path = demand.Path;
        var (own, set) = (demand.Own, demand.Leased);
        if (set is null || (set.Slices.Length > 0 && set.Slices[0].Epoch != tender.Epoch))
        {
            if (demand.Extends is not null)
            {
                // It was taken from slices that are lost; it ends with what it has.
                return new LeaseOutcome(null, set?.Slices[0]);
            }

            own = default;
            set = path.Slices.On(DateOnly.FromDateTime(demand.At.UtcDateTime), path.Meters, tender, path.Gate);
        }

        var more = demand.Amount - own;
        foreach (var meter in path.Meters)
        {
            if (meter.StandingAt(time) == CreditStanding.Frozen)
            {
                return new LeaseOutcome(null, null, Money.Zero, Money.Zero) { Listed = meter.Scope.Level };
            }

            // Slices are of credits. What runs on own keys counts by what this server knows of it.
            if (meter.AvailableListedAt(time) is var listed && listed < more.Listed)
            {
                return new LeaseOutcome(null, null, listed, meter.HeldListed) { Listed = meter.Scope.Level };
            }
        }

        var now = tender.Now;
        var slices = set.Slices;
        if (slices.Length > 0 && !(tender.IsLive(now, time) && HasFree(slices, more.Credits)))
        {
            List(tender, slices, more.Credits, shortages);
            return default;
        }

        foreach (var meter in path.Meters)
        {
            meter.Hold(more);
        }

        foreach (var slice in slices)
        {
            slice.Hold(more.Credits, now);
            if (!slice.IsTight && slice.Free < slice.Low)
            {
                tender.Tend(slice, path.Gate);
            }
        }

        Move(demand, own);
        return new LeaseOutcome(set);
    }

    private static void Move(in LeaseDemand demand, HoldAmount own)
    {
        if (demand.From is { } from)
        {
            from.Held -= own;
        }
        else if (demand.Extends is { } hold)
        {
            hold.Held += demand.Amount;
            hold.Grant = hold.Grant.Plus(demand.Grant);
        }
    }

    private static bool HasFree(LeaseSlice[] slices, Money amount)
    {
        foreach (var slice in slices)
        {
            if (slice.Free < amount)
            {
                return false;
            }
        }

        return true;
    }

    private static void List(
        LeaseDesk tender, LeaseSlice[] slices, Money amount, List<(LeaseSlice Slice, LeaseRequest Request)>? shortages)
    {
        if (shortages is null)
        {
            return;
        }

        foreach (var slice in slices)
        {
            if (slice.Free < amount)
            {
                var need = amount - slice.Free;
                shortages.Add((slice, new LeaseRequest(slice.Key, need, Money.Max(need, tender.WantOf(slice)))));
            }
        }
    }

    private static void EndSlices(LeaseDesk tender, Hold hold, LeaseSlice[] slices, Money charge)
    {
        var now = tender.Now;
        foreach (var slice in slices)
        {
            slice.End(hold.Amount, charge, now);
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
                slice.IsTight = true;
                desk.Tend(slice, book.Gate);
            }
        }
    }
}
