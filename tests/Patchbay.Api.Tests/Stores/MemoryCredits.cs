using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

/// <summary>Credits decided by the real plan over entries in memory.</summary>
internal sealed class MemoryCredits(MemoryDatabase database, MemoryLedger ledger, ManualClock clock) : ICreditStore, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<CreditTransaction> _transactions = [];

    public async Task<CreditOutcome> ApplyAsync(CreditOrder order, CancellationToken cancellationToken)
    {
        database.Ask();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var account = await GetAccountAsync(order.OrganizationId, cancellationToken);
            var state = new CreditState(
                account.Credits,
                account.Lots,
                _transactions.Find(transaction => transaction.Reference == order.Reference),
                [.. _transactions.Where(row => row.Id == order.Concerns || (row.RelatedId is { } id && id == order.Concerns))]);
            var plan = CreditPlan.Of(order, state, clock.GetUtcNow());
            if (plan.Transaction is null)
            {
                return plan.Outcome!;
            }

            Assert.True(await ledger.PostAsync(plan.Entries, cancellationToken));
            var transaction = plan.Transaction with { BatchId = _transactions.Count + 1 };
            _transactions.Add(transaction);
            return new CreditOutcome(CreditStatus.Posted, transaction, null);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<CreditAccount> GetAccountAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        database.Ask();
        var lots = new List<CreditLot>();
        foreach (var promotion in _transactions.Where(row => row.Kind == CreditKind.Promotion && row.OrganizationId == organizationId))
        {
            var name = LedgerAccount.Promotion(organizationId, promotion.ExpiresAt!.Value, promotion.Id);
            var left = await ledger.GetBalanceAsync(name, cancellationToken);
            if (left > Money.Zero)
            {
                lots.Add(new CreditLot(name, left));
            }
        }

        lots.Sort((left, right) => string.CompareOrdinal(left.Account, right.Account));
        return new CreditAccount(
            await ledger.GetBalanceAsync(LedgerAccount.Credits(organizationId), cancellationToken),
            lots,
            Money.Zero - await ledger.GetBalanceAsync(LedgerAccount.Disputes(organizationId), cancellationToken),
            ledger.ChargedTo(organizationId),
            new Money(_transactions.Where(row => row.OrganizationId == organizationId
                && row.Kind is CreditKind.Purchase or CreditKind.Refund).Sum(row => row.Amount.Nanos)));
    }

    public Task<IReadOnlyList<CreditTransaction>> ListAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult<IReadOnlyList<CreditTransaction>>([.. _transactions
            .AsEnumerable().Reverse().Where(row => row.OrganizationId == organizationId).Skip(offset).Take(limit)]);
    }

    public Task<CreditTransaction?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken) =>
        Task.FromResult(_transactions.Find(row => row.Id == id && row.OrganizationId == organizationId));

    public Task<CreditTransaction?> FindAsync(string gateway, string externalId, CancellationToken cancellationToken) =>
        Task.FromResult(_transactions.Find(row => row.Gateway == gateway && row.ExternalId == externalId));

    public Task<IReadOnlyList<CreditTransaction>> ListAboutAsync(
        Guid id, Guid organizationId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CreditTransaction>>(
            _transactions.FindAll(row => (row.Id == id || row.RelatedId == id) && row.OrganizationId == organizationId));

    public Task<IReadOnlyList<CreditTransaction>> ListRefundsAsync(
        string gateway, DateTimeOffset after, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CreditTransaction>>(_transactions.FindAll(
            row => row.Kind == CreditKind.Refund && row.Gateway == gateway && row.CreatedAt > after));

    public Task<IReadOnlyList<CreditTransaction>> ListPurchasesAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CreditTransaction>>([
            .. _transactions.Where(row => row.OrganizationId == organizationId && row.Kind == CreditKind.Purchase)
                .Reverse().Skip(offset).Take(limit),
        ]);

    public Task<IReadOnlyList<CreditTransaction>> ListBetweenAsync(
        Guid organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CreditTransaction>>(_transactions.FindAll(
            row => row.OrganizationId == organizationId && row.CreatedAt >= from && row.CreatedAt < to));

    public async Task<IReadOnlyList<CreditLot>> ListEndedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = new List<CreditLot>();
        foreach (var organization in _transactions.Select(row => row.OrganizationId).Distinct().ToArray())
        {
            ended.AddRange((await GetAccountAsync(organization, cancellationToken)).Lots.Where(lot => lot.ExpiresAt <= now));
        }

        return ended;
    }

    public Task<CreditChanges> ListChangesAsync(long batchId, CancellationToken cancellationToken)
    {
        database.Ask();
        var found = _transactions.Where(row => row.BatchId > batchId).ToArray();
        return Task.FromResult(new CreditChanges(
            found.Length == 0 ? batchId : found[^1].BatchId, [.. found.Select(row => row.OrganizationId).Distinct()]));
    }

    public void Dispose() => _turn.Dispose();
}
