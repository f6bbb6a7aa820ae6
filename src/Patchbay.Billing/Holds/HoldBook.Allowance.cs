using Patchbay.Core;

namespace Patchbay.Billing;

/// <content>Calls on own keys: the fee, and the month's allowance that is free of it.</content>
public sealed partial class HoldBook
{
    // How long requests do not wait for other servers to give back of the allowance, after one has waited long enough.
    private const long BetweenWaitsMs = 30_000;

    internal Money FeeFor(Hold hold, in Cost cost)
    {
        lock (hold.Path.Gate)
        {
            if (hold.Leased?.Allowance is { } slice)
            {
                // What came free meanwhile counts too.
                var more = Money.Min(cost.Total - hold.Grant.Amount, slice.Free);
                if (more > Money.Zero)
                {
                    slice.Hold(more, desk!.Now);
                    hold.Grant = hold.Grant with { Amount = hold.Grant.Amount + more };
                }

                hold.FreeOfFee = Money.Min(cost.Total, hold.Grant.Amount);
            }
            else if (hold.Path.Allowance is { } allowance)
            {
                hold.FreeOfFee = allowance.Use(hold.Grant, cost.Total, clock.GetUtcNow());
            }

            return hold.FreeOfFee is { } free ? Money.Min(_fees.Of(cost, free), hold.Amount) : Money.Zero;
        }
    }

    private static void EndAllowance(Hold hold, bool settled)
    {
        if (hold.Path.Allowance is not { } allowance)
        {
            return;
        }

        if (hold.FreeOfFee is not { } free)
        {
            allowance.Return(hold.Grant);
        }
        else if (!settled)
        {
            allowance.Undo(hold.Grant, free);
        }
    }

    // On an own key only the fee is charged; where a limit includes such calls, their list price counts besides.
    private (HoldAmount Amount, ByokGrant Grant) Bound(BudgetPath path, in HoldRequest request, DateTimeOffset now)
    {
        var grant = path.Allowance?.Take(request.Byok, now) ?? default;
        return (Bound(request, path.Allowance is null ? request.Byok : grant.Amount), grant);
    }

    private HoldAmount Bound(in HoldRequest request, Money free)
    {
        if (request.Byok == Money.Zero)
        {
            return new HoldAmount(request.Shared, request.Shared);
        }

        var fee = _fees.Worst(request.Byok - free);
        return new HoldAmount(Money.Max(request.Shared, fee), Money.Max(request.Shared, request.Byok + fee));
    }

    private static void Check(in HoldRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.Shared.Nanos);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Byok.Nanos);
    }

    /// <summary>Whether a demand that was refused by the allowance goes on with a fee: when no other server has any of it, or
    /// they were given the time to give back what they do not need.</summary>
    private static bool TakesFee(LeaseDesk tender, LeaseSlice allowance, in LeaseOutcome outcome, long giveUpAt)
    {
        var now = tender.Now;
        if (now >= giveUpAt)
        {
            allowance.PatientUntil = now + BetweenWaitsMs;
        }

        return outcome.HeldByOthers <= outcome.OwnHeld || now < allowance.PatientUntil;
    }
}
