using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Why a batch exists.</summary>
internal enum LedgerBatchKind
{
    /// <summary>Generations were settled.</summary>
    Settlements = 0,

    /// <summary>Somebody posted entries that no generation caused.</summary>
    Posting = 1,
}

/// <summary>Spending to add to one row.</summary>
/// <param name="Day">The UTC day on which the generations arrived.</param>
/// <param name="Increment">What to add.</param>
internal readonly record struct DailySpending(long Day, SpendingIncrement Increment);

/// <summary>Everything that one commit adds to the books beside the generation rows. Pure: the same for both databases.</summary>
internal sealed class LedgerBatch
{
    private LedgerBatch(
        LedgerHead head,
        LedgerBatchKind kind,
        DateTimeOffset now,
        int generations,
        long chargeNanos,
        IReadOnlyList<LedgerEntry> entries,
        IReadOnlyList<DailySpending> spending)
    {
        Id = head.BatchId + 1;
        Kind = kind;
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        Generations = generations;
        ChargeNanos = chargeNanos;
        Entries = entries;
        Spending = spending;
        Balances = AddUp(entries);
        PreviousHash = head.Hash;
        Hash = new BatchHash(head.Hash, Id, kind, CreatedAt, generations, chargeNanos, entries).Compute();
    }

    /// <summary>One more than the batch before.</summary>
    public long Id { get; }

    /// <summary>Why it exists.</summary>
    public LedgerBatchKind Kind { get; }

    /// <summary>When it was committed, in whole milliseconds.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>How many generations it settles.</summary>
    public int Generations { get; }

    /// <summary>The sum of their charges.</summary>
    public long ChargeNanos { get; }

    /// <summary>Its entries in the order of their numbers.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; }

    /// <summary>What it adds to the spending of scopes.</summary>
    public IReadOnlyList<DailySpending> Spending { get; }

    /// <summary>What it adds to the balance of accounts, in the order of their names, so that two writers lock them in the
    /// same order.</summary>
    public SortedDictionary<string, long> Balances { get; }

    /// <summary>The hash of the batch before.</summary>
    public byte[] PreviousHash { get; }

    /// <summary>SHA-256 over the batch before and this one.</summary>
    public byte[] Hash { get; }

    /// <summary>The batch of settlements, each of which is new to the books. Promotions pay first.</summary>
    public static LedgerBatch OfSettlements(
        LedgerHead head, DateTimeOffset now, IReadOnlyList<Settlement> settlements, IReadOnlyList<CreditLot> lots)
    {
        var sums = SettlementBatch.Of(head.BatchId + 1, settlements, lots);
        return new LedgerBatch(
            head, LedgerBatchKind.Settlements, now, settlements.Count, sums.Charges.Nanos, sums.Entries,
            ByDay(head.BatchId + 1, settlements, sums));
    }

    /// <summary>The batch of a posting.</summary>
    public static LedgerBatch OfPosting(LedgerHead head, DateTimeOffset now, IReadOnlyList<LedgerEntry> entries) =>
        new(head, LedgerBatchKind.Posting, now, 0, 0, entries, []);

    private static List<DailySpending> ByDay(long batchId, IReadOnlyList<Settlement> settlements, SettlementBatch sums)
    {
        var firstDay = UtcDay.Of(settlements[0].Generation.CreatedAt);
        var spending = new List<DailySpending>(sums.Increments.Count);
        if (settlements.All(settlement => UtcDay.Of(settlement.Generation.CreatedAt) == firstDay))
        {
            spending.AddRange(sums.Increments.Select(increment => new DailySpending(firstDay, increment)));
            return spending;
        }

        foreach (var day in settlements.GroupBy(settlement => UtcDay.Of(settlement.Generation.CreatedAt)))
        {
            var part = SettlementBatch.Of(batchId, [.. day], []);
            spending.AddRange(part.Increments.Select(increment => new DailySpending(day.Key, increment)));
        }

        return spending;
    }

    private static SortedDictionary<string, long> AddUp(IReadOnlyList<LedgerEntry> entries)
    {
        var balances = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            balances.TryGetValue(entry.Debit, out var debit);
            balances[entry.Debit] = checked(debit - entry.AmountNanos);
            balances.TryGetValue(entry.Credit, out var credit);
            balances[entry.Credit] = checked(credit + entry.AmountNanos);
        }

        return balances;
    }
}
