using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Follows the promotions through the books from their first batch on, and says where one was passed over, used out
/// of turn, overdrawn or ended too early. Pure.</summary>
internal sealed class PromotionAudit
{
    private readonly Dictionary<Guid, SortedDictionary<string, long>> _left = [];

    /// <summary>Follows one batch; batches come in the order of their ids. What is wrong with it, by account.</summary>
    public IReadOnlyList<(string Account, string Detail)> Follow(in BatchHash batch)
    {
        List<(string, string)>? wrong = null;
        foreach (var entry in batch.Entries)
        {
            Add(entry.Credit, entry.AmountNanos);
            Add(entry.Debit, -entry.AmountNanos);
        }

        foreach (var entry in batch.Entries)
        {
            if (Judge(batch, entry) is { } detail)
            {
                (wrong ??= []).Add((entry.Debit, detail));
            }
        }

        return wrong ?? (IReadOnlyList<(string, string)>)[];
    }

    private string? Judge(in BatchHash batch, LedgerEntry entry)
    {
        if (IsPromotion(entry.Debit))
        {
            var lot = new CreditLot(entry.Debit, default);
            var lots = _left[lot.OrganizationId];
            if (lots.TryGetValue(entry.Debit, out var rest) && rest < 0)
            {
                return $"batch {batch.Id} takes more than the promotion has: {rest} nano-USD are left";
            }

            if (batch.Kind == LedgerBatchKind.Posting)
            {
                return batch.CreatedAt < lot.ExpiresAt ? $"batch {batch.Id} ends it before its time" : null;
            }

            return First(lots) is { } first && string.CompareOrdinal(first, entry.Debit) < 0
                ? $"batch {batch.Id} uses it while {first}, which ends earlier, has something left"
                : null;
        }

        return batch.Kind == LedgerBatchKind.Settlements
            && TryReadCredits(entry.Debit, out var organization)
            && _left.TryGetValue(organization, out var promotions)
            && First(promotions) is { } unused
                ? $"batch {batch.Id} charges credits while the promotion {unused} has something left"
                : null;
    }

    private void Add(string account, long amount)
    {
        if (!IsPromotion(account))
        {
            return;
        }

        var organization = new CreditLot(account, default).OrganizationId;
        if (!_left.TryGetValue(organization, out var lots))
        {
            _left.Add(organization, lots = new SortedDictionary<string, long>(StringComparer.Ordinal));
        }

        lots.TryGetValue(account, out var rest);
        if (rest + amount == 0)
        {
            lots.Remove(account);
        }
        else
        {
            lots[account] = rest + amount;
        }
    }

    private static string? First(SortedDictionary<string, long> lots)
    {
        foreach (var (account, rest) in lots)
        {
            if (rest > 0)
            {
                return account;
            }
        }

        return null;
    }

    private static bool IsPromotion(string account) => account.StartsWith("liability:promo:", StringComparison.Ordinal);

    private static bool TryReadCredits(string account, out Guid organization)
    {
        const string prefix = "liability:credits:";
        organization = default;
        return account.StartsWith(prefix, StringComparison.Ordinal)
            && Guid.TryParseExact(account.AsSpan(prefix.Length), "N", out organization);
    }
}
