using System.Globalization;
using System.Runtime.InteropServices;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Spending to add to a scope on one day.</summary>
/// <param name="Scope">Whose.</param>
/// <param name="Credits">Charged to credits.</param>
/// <param name="Byok">List price of what ran on own provider keys.</param>
/// <param name="Requests">How many generations.</param>
public readonly record struct SpendingIncrement(BudgetScope Scope, Money Credits, Money Byok, int Requests);

/// <summary>What the generations of one commit add up to: one ledger entry per pair of accounts instead of several per
/// generation, without losing the proof, since each generation row names its batch. Pure.</summary>
/// <param name="Entries">Balanced entries, whose references contain the batch's id.</param>
/// <param name="Increments">One per scope that is concerned.</param>
/// <param name="Charges">The sum of the charges of all generations.</param>
public sealed record SettlementBatch(
    IReadOnlyList<LedgerEntry> Entries, IReadOnlyList<SpendingIncrement> Increments, Money Charges)
{
    /// <summary>Adds up settlements, each of which must be new to the books. Promotions pay first, in the order given, then
    /// credits.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="settlements">What to add up.</param>
    /// <param name="lots">What is left of the promotions of the organizations concerned, the first to end first.</param>
    public static SettlementBatch Of(long batchId, IReadOnlyList<Settlement> settlements, IReadOnlyList<CreditLot> lots)
    {
        var entries = new Dictionary<(string Debit, string Credit), long>();
        var increments = new Dictionary<BudgetScope, SpendingIncrement>();
        var charges = Money.Zero;
        foreach (var settlement in settlements)
        {
            var generation = settlement.Generation;
            charges += generation.Charge;
            var credits = LedgerAccount.Credits(generation.OrganizationId);
            Add(entries, credits, LedgerAccount.RevenueUsage, generation.Charge - generation.Fee);
            Add(entries, credits, LedgerAccount.RevenueFees, generation.Fee);
            Add(entries, LedgerAccount.LoggingDiscount, LedgerAccount.RevenueUsage, generation.Discount);
            var own = generation.ProviderCost;
            foreach (var loss in settlement.Losses)
            {
                own -= loss.IsExpense ? loss.Amount : Money.Zero;
                Add(entries, loss.Account, LedgerAccount.ProviderPayable(loss.ProviderSlug), loss.Amount);
            }

            // On an own key the caller owes the provider, and we nothing.
            if (settlement.ProviderSlug is { } provider && !generation.IsByok)
            {
                Add(entries, LedgerAccount.ProviderExpense(provider), LedgerAccount.ProviderPayable(provider), own);
            }

            Count(increments, new BudgetScope(BudgetLevel.Organization, generation.OrganizationId), generation);
            Count(increments, new BudgetScope(BudgetLevel.Workspace, generation.WorkspaceId), generation);
            if (generation.MemberId is { } member)
            {
                Count(increments, new BudgetScope(BudgetLevel.Member, member), generation);
                Count(increments, BudgetScope.SeatOf(generation.WorkspaceId, member), generation);
            }

            if (generation.KeyId is { } key)
            {
                Count(increments, new BudgetScope(BudgetLevel.Key, key), generation);
            }
        }

        PayFromPromotions(entries, lots);
        var list = new List<LedgerEntry>(entries.Count);
        foreach (var ((debit, credit), amount) in entries)
        {
            var number = list.Count.ToString(CultureInfo.InvariantCulture);
            list.Add(new LedgerEntry(debit, credit, amount, $"batch:{batchId.ToString(CultureInfo.InvariantCulture)}:{number}"));
        }

        return new SettlementBatch(list, [.. increments.Values], charges);
    }

    // What an organization's credits were charged is taken from its promotions as far as they reach.
    private static void PayFromPromotions(
        Dictionary<(string Debit, string Credit), long> entries, IReadOnlyList<CreditLot> lots)
    {
        foreach (var lot in lots)
        {
            var credits = LedgerAccount.Credits(lot.OrganizationId);
            var left = lot.Balance.Nanos;
            foreach (var charged in entries.Where(entry => entry.Key.Debit == credits).ToArray())
            {
                var paid = Math.Min(charged.Value, left);
                if (paid <= 0)
                {
                    continue;
                }

                left -= paid;
                entries[(lot.Account, charged.Key.Credit)] = paid;
                if (paid == charged.Value)
                {
                    entries.Remove(charged.Key);
                }
                else
                {
                    entries[charged.Key] = charged.Value - paid;
                }
            }
        }
    }

    private static void Count(
        Dictionary<BudgetScope, SpendingIncrement> increments, BudgetScope scope, Generation generation)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(increments, scope, out _);
        sum = new SpendingIncrement(
            scope,
            sum.Credits + generation.Charge,
            sum.Byok + (generation.IsByok ? generation.ProviderCost : Money.Zero),
            sum.Requests + 1);
    }

    private static void Add(Dictionary<(string Debit, string Credit), long> entries, string debit, string credit, Money amount)
    {
        if (amount.Nanos <= 0)
        {
            return;
        }

        entries.TryGetValue((debit, credit), out var sum);
        entries[(debit, credit)] = checked(sum + amount.Nanos);
    }
}
