using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What is wrong with the books.</summary>
/// <param name="Invariant">The name of the broken rule, such as <c>I2 balance</c>.</param>
/// <param name="Subject">The account, generation or scope concerned.</param>
/// <param name="Detail">What was expected and what was found, in words and nano-USD.</param>
public sealed record LedgerFinding(string Invariant, string Subject, string Detail);

/// <summary>Totals that a reconciliation prints.</summary>
/// <param name="Generations">How many generations there are.</param>
/// <param name="Entries">How many ledger entries.</param>
/// <param name="Charges">The sum of all charges.</param>
public sealed record LedgerTotals(long Generations, long Entries, Money Charges);

/// <summary>The books, for reading, for postings that no generation causes, and for the proof that they are right.
/// Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface ILedgerStore
{
    /// <summary>Posts entries, all or nothing; false (and nothing posted) when a reference exists already.</summary>
    Task<bool> PostAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken);

    /// <summary>Credits minus debits of an account; zero for one without entries.</summary>
    Task<Money> GetBalanceAsync(string account, CancellationToken cancellationToken);

    /// <summary>Looks for broken invariants over one consistent view of the whole database and names each. Empty when all
    /// hold.</summary>
    Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken);

    /// <summary>Totals over the same kind of view.</summary>
    Task<LedgerTotals> GetTotalsAsync(CancellationToken cancellationToken);
}
