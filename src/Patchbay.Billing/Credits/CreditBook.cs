using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Changes to funds while requests run: what an order takes away is held first, like a request, so that money given
/// back cannot be spent at the same time; and what it changed counts from the next request on.</summary>
/// <param name="store">The books.</param>
/// <param name="holds">What requests hold.</param>
/// <param name="clock">The clock.</param>
public sealed class CreditBook(ICreditStore store, HoldBook holds, TimeProvider clock)
{
    /// <summary>Within this time after a request has begun, servers that share limits know of it. A promotion that they share
    /// ends so much later, so that what began before its time is known.</summary>
    public static readonly TimeSpan WrittenDownWithin = TimeSpan.FromSeconds(3);

    private const int MostRounds = 5;

    private static readonly TimeSpan GivenBackWithin = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RefreshAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Carries an order out. The same reference twice has one effect.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot answer; whether the order was carried out is not
    /// known, and giving it again is safe.</exception>
    public async Task<CreditOutcome> ApplyAsync(CreditOrder order, CancellationToken cancellationToken)
    {
        if (order is RefundOrder refund)
        {
            return await RefundAsync(refund, cancellationToken);
        }

        var outcome = await store.ApplyAsync(order, cancellationToken);
        await RefreshAsync(order.OrganizationId);
        return outcome;
    }

    /// <summary>Ends the promotions whose time is over, but for what requests may still need that began before. Where other
    /// servers have leased of one, it takes what they give back within about a second. Returns how often it ended or reduced one.
    /// </summary>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var sum = 0;
        for (var round = 1; ; round++)
        {
            var (found, ended) = await ExpireOnceAsync(cancellationToken);
            sum += ended;
            if (found == 0 || !holds.IsShared || round == MostRounds)
            {
                return sum;
            }

            await Task.Delay(GivenBackWithin, clock, cancellationToken);
        }
    }

    /// <summary>Makes what another program changed count here. Returns the batch to follow from the next time.</summary>
    /// <param name="batchId">Where the last call ended; 0 for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<long> FollowAsync(long batchId, CancellationToken cancellationToken)
    {
        var changes = await store.ListChangesAsync(batchId, cancellationToken);
        foreach (var organization in changes.Organizations)
        {
            await holds.RefreshFundsAsync(organization, cancellationToken);
        }

        return changes.BatchId;
    }

    private async Task<(int Found, int Ended)> ExpireOnceAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (found, ended) = (0, 0);
        foreach (var lot in await store.ListEndedAsync(holds.IsShared ? now - WrittenDownWithin : now, cancellationToken))
        {
            var held = holds.GetHeld(lot.OrganizationId, lot.ExpiresAt);
            if (held >= lot.Balance)
            {
                continue;
            }

            found++;
            var reference = $"expiry:{lot.PromotionId:N}:{Guid.CreateVersion7(now):N}";
            var order = new ExpiryOrder(lot.OrganizationId, reference, "expiry", lot.PromotionId, held);
            var outcome = await store.ApplyAsync(order, cancellationToken);
            await RefreshAsync(lot.OrganizationId);
            ended += outcome.Status == CreditStatus.Posted ? 1 : 0;
        }

        return (found, ended);
    }

    private async Task<CreditOutcome> RefundAsync(RefundOrder refund, CancellationToken cancellationToken)
    {
        var purchase = await store.FindAsync(refund.PurchaseId, refund.OrganizationId, cancellationToken);
        if (purchase is not { Kind: CreditKind.Purchase })
        {
            return CreditOutcome.Refuse("There is no such purchase.");
        }

        var scope = new BudgetScope(BudgetLevel.Organization, refund.OrganizationId);
        var path = await holds.OpenPathAsync(refund.OrganizationId, [scope], null, cancellationToken);
        var wanted = refund.Amount ?? Money.Min(purchase.Amount, holds.GetAvailable(path));
        var held = await holds.TryHoldAsync(path, Money.Max(wanted, Money.Zero), refund.Reference);
        if (held.Hold is null && refund.Amount is null && held.Available > Money.Zero)
        {
            // Other servers have spent of it.
            wanted = Money.Min(wanted, held.Available);
            held = await holds.TryHoldAsync(path, wanted, refund.Reference);
        }

        if (held.Hold is null)
        {
            // The order may have been carried out before: then the money is gone from what is available.
            return await store.ApplyAsync(refund with { Reserved = Money.Zero }, cancellationToken);
        }

        var outcome = await store.ApplyAsync(refund with { Reserved = wanted }, cancellationToken);
        if (outcome.Status == CreditStatus.Posted && !await RefreshAsync(refund.OrganizationId))
        {
            _ = FinishAsync(held.Hold);
            return outcome;
        }

        await held.Hold.DisposeAsync();
        return outcome;

        // What was given back stays held until the new funds are known.
        async Task FinishAsync(Hold hold)
        {
            do
            {
                await Task.Delay(RefreshAgainAfter, clock, CancellationToken.None);
            }
            while (!await RefreshAsync(refund.OrganizationId));
            await hold.DisposeAsync();
        }
    }

    // False when the database cannot answer; whoever follows the changes tries again.
    private async Task<bool> RefreshAsync(Guid organizationId)
    {
        try
        {
            await holds.RefreshFundsAsync(organizationId, CancellationToken.None);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }
}
