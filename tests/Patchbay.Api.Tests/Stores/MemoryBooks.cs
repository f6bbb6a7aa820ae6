using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

internal sealed class MemoryGenerations(MemoryDatabase database) : IGenerationStore
{
    public List<Generation> Rows { get; } = [];

    public Task<Generation?> FindAsync(string id, Guid organizationId, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult(Rows.Find(row => row.Id == id && row.OrganizationId == organizationId));
    }

    public Task<IReadOnlyList<Generation>> ListAsync(GenerationQuery query, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult<IReadOnlyList<Generation>>(
            [.. Matching(query).Reverse().Skip(query.Offset).Take(query.Limit)]);
    }

    public Task<long> CountAsync(GenerationQuery query, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult((long)Matching(query).Count());
    }

    private IEnumerable<Generation> Matching(GenerationQuery query) => Rows
        .Where(row => row.OrganizationId == query.OrganizationId)
        .Where(row => query.WorkspaceId is null || row.WorkspaceId == query.WorkspaceId);
}

internal sealed class MemoryLedger(MemoryDatabase database) : ILedgerStore
{
    private readonly List<LedgerEntry> _entries = [];

    public Task<bool> PostAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        database.Ask();
        var isNew = !entries.Any(entry => _entries.Exists(e => e.Reference == entry.Reference));
        if (isNew)
        {
            _entries.AddRange(entries);
        }

        return Task.FromResult(isNew);
    }

    public Task<Money> GetBalanceAsync(string account, CancellationToken cancellationToken)
    {
        database.Ask();
        var credits = _entries.Where(entry => entry.Credit == account).Sum(entry => entry.AmountNanos);
        var debits = _entries.Where(entry => entry.Debit == account).Sum(entry => entry.AmountNanos);
        return Task.FromResult(new Money(credits - debits));
    }

    public Money ChargedTo(Guid organizationId) => new(_entries
        .Where(entry => entry.Credit == LedgerAccount.RevenueUsage && entry.Debit.Contains($"{organizationId:N}", StringComparison.Ordinal))
        .Sum(entry => entry.AmountNanos));

    public Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LedgerFinding>>([]);

    public Task<LedgerTotals> GetTotalsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new LedgerTotals(0, _entries.Count, Money.Zero));
}
