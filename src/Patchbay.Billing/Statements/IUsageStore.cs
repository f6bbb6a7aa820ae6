using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The value of a dimension in a row.</summary>
/// <param name="Value">As filters take it; null where unset. Ids as texts, true and false as <c>true</c> and <c>false</c>,
/// outcomes in lower case.</param>
/// <param name="Label">A name for people, where there is one.</param>
public readonly record struct UsageKey(string? Value, string? Label);

/// <summary>One row of usage.</summary>
/// <param name="At">When its piece of time begins; null for <see cref="UsageGrain.Whole"/>.</param>
/// <param name="Keys">The values of the dimensions, in their order.</param>
/// <param name="Totals">What adds up.</param>
public sealed record UsageRow(DateTimeOffset? At, IReadOnlyList<UsageKey> Keys, UsageTotals Totals);

/// <summary>The answer to a query.</summary>
/// <param name="Rows">In the order asked for.</param>
/// <param name="Truncated">Whether a limit left rows out.</param>
public sealed record UsageReport(IReadOnlyList<UsageRow> Rows, bool Truncated);

/// <summary>Adds up usage. Every answer covers every settlement whose task completed before, to the nano: it is read from
/// roll-ups as far as they reach and from the generations beyond, in one view of the database. Thread-safe; throws
/// <see cref="StorageUnavailableException"/>, and <see cref="OperationCanceledException"/> soon after cancellation.</summary>
public interface IUsageStore
{
    /// <summary>Answers a query.</summary>
    Task<UsageReport> QueryAsync(UsageQuery query, CancellationToken cancellationToken);

    /// <summary>The member of an organization that this user is, or null.</summary>
    Task<Guid?> FindMemberAsync(Guid organizationId, Guid userId, CancellationToken cancellationToken);

    /// <summary>Brings the roll-ups up to date: each generation enters them once, however often and from however many
    /// servers this is called. Then forgets roll-ups by the hour of before <paramref name="keepHoursFrom"/>, of which days and
    /// generations stay. Returns how many generations entered.</summary>
    Task<long> RollUpAsync(DateTimeOffset keepHoursFrom, CancellationToken cancellationToken);

    /// <summary>What is posted as owed to a provider within a time, by whether it belongs to answers or is a loss.</summary>
    Task<ProviderDebt> GetDebtAsync(string providerSlug, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}

/// <summary>What the ledger says is owed to a provider.</summary>
/// <param name="Answers">For answers.</param>
/// <param name="Losses">For attempts that nobody is charged for.</param>
public readonly record struct ProviderDebt(Money Answers, Money Losses);
