using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>What canaries may spend in a UTC day. The most that a call can cost is posted before the call and the rest is
/// posted back after it, so that no crash, and no second look at the clock, lets the day's sum pass the budget.</summary>
/// <param name="ledger">The books.</param>
/// <param name="perDay">The budget.</param>
/// <param name="clock">The clock.</param>
public sealed class CanaryBudget(ILedgerStore ledger, Money perDay, TimeProvider clock)
{
    /// <summary>What is left of this day's budget; never negative.</summary>
    public async Task<Money> LeftAsync(CancellationToken cancellationToken)
    {
        var balance = await ledger.GetBalanceAsync(Account(Today), cancellationToken);
        return Money.Max(Money.Zero, perDay + balance);
    }

    /// <summary>Takes an amount; null when that is more than is left.</summary>
    public async Task<CanaryReservation?> TryReserveAsync(string providerSlug, Money most, CancellationToken cancellationToken)
    {
        var day = Today;
        var balance = await ledger.GetBalanceAsync(Account(day), cancellationToken);
        if (perDay + balance < most)
        {
            return null;
        }

        var reservation = new CanaryReservation(Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture), day, providerSlug, most);
        if (most > Money.Zero)
        {
            await ledger.PostAsync(
                [new LedgerEntry(Account(day), LedgerAccount.ProviderPayable(providerSlug), most.Nanos, $"canary:{reservation.Id}:most")],
                cancellationToken);
        }

        return reservation;
    }

    /// <summary>Books what the call cost in place of what was taken. What goes beyond that is a loss of the operator's, not
    /// of the budget's.</summary>
    public Task SettleAsync(CanaryReservation reservation, Money cost, CancellationToken cancellationToken)
    {
        var payable = LedgerAccount.ProviderPayable(reservation.ProviderSlug);
        var difference = reservation.Most - cost;
        return difference == Money.Zero
            ? Task.CompletedTask
            : ledger.PostAsync(
                difference > Money.Zero
                    ? [new LedgerEntry(payable, Account(reservation.Day), difference.Nanos, $"canary:{reservation.Id}:rest")]
                    : [new LedgerEntry(LedgerAccount.LossOverrun, payable, -difference.Nanos, $"canary:{reservation.Id}:more")],
                cancellationToken);
    }

    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    private static string Account(DateOnly day) => LedgerAccount.Canaries(day);
}

/// <summary>Money that was taken from the budget for one call.</summary>
/// <param name="Id">Unique.</param>
/// <param name="Day">Whose budget.</param>
/// <param name="ProviderSlug">Who is called.</param>
/// <param name="Most">How much.</param>
public sealed record CanaryReservation(string Id, DateOnly Day, string ProviderSlug, Money Most);
