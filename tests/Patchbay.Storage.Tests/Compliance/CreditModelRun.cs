using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>One organization's history in the database and in a model of it.</summary>
internal sealed class CreditModelRun(PatchbayStorage storage, TestClock clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private readonly Guid _organization = Guid.CreateVersion7();
    private readonly List<Lot> _lots = [];
    private readonly List<Bought> _purchases = [];
    private readonly List<Settlement> _settled = [];
    private CreditOrder? _last;
    private long _credits;
    private long _used;
    private long _fees;
    private int _number;

    public async Task StepAsync(int kind, int size)
    {
        _number++;
        switch (kind)
        {
            case 0:
                await GrantAsync(size);
                break;
            case 1:
                await PromoteAsync(size);
                break;
            case 2 or 3:
                await BuyAsync(size);
                break;
            case 4 or 5 or 6:
                await SettleAsync(size);
                break;
            case 7:
                await RefundAsync(size);
                break;
            case 8:
                await ReverseAsync(size);
                break;
            case 9:
                await DisputeAsync(size);
                break;
            case 10:
                await ExpireAsync(size);
                break;
            default:
                await RepeatAsync();
                break;
        }

        await CompareAsync();
    }

    private async Task GrantAsync(int size)
    {
        await ApplyAsync(new GrantOrder(_organization, Reference(), "test", new Money(size), null), CreditStatus.Posted);
        _credits += size;
    }

    private async Task PromoteAsync(int size)
    {
        var end = clock.Now.AddHours(1 + (size % 72));
        var transaction = await ApplyAsync(
            new GrantOrder(_organization, Reference(), "test", new Money(size), end), CreditStatus.Posted);
        _lots.Add(new Lot(transaction!.Id, end, size));
        _lots.Sort((left, right) => (left.End, left.Id.ToString("N")).CompareTo((right.End, right.Id.ToString("N"))));
    }

    private async Task BuyAsync(int size)
    {
        var fee = size / 18;
        var transaction = await ApplyAsync(
            new PurchaseOrder(
                _organization, Reference(), "stripe", new Money(size), new Money(fee), "stripe", $"pi_{_organization:N}_{_number}"),
            CreditStatus.Posted);
        _purchases.Add(new Bought(transaction!, size, fee));
        _credits += size;
        _fees += fee;
    }

    // As a hold would have allowed it, or, now and then, beyond: the ledger books what was used.
    private async Task SettleAsync(int size)
    {
        var sample = Samples.Settlement(clock.Now, size);
        var settlement = sample with { Generation = sample.Generation with { OrganizationId = _organization } };
        await storage.Settlements.SettleAsync(settlement);
        _settled.Add(settlement);
        _used += size;
        long left = size;
        foreach (var lot in _lots)
        {
            var paid = Math.Min(left, lot.Left);
            lot.Left -= paid;
            left -= paid;
        }

        _credits -= left;
    }

    private async Task RefundAsync(int size)
    {
        if (Pick(size) is not { } purchase)
        {
            return;
        }

        var most = Math.Max(0, Math.Min(purchase.Amount, _credits));
        var isAllowed = most > 0 && clock.Now - purchase.Transaction.CreatedAt <= Window && !purchase.IsDisputed;
        await ApplyAsync(
            new RefundOrder(_organization, Reference(), "test", purchase.Transaction.Id, null, Window),
            isAllowed ? CreditStatus.Posted : CreditStatus.Refused);
        if (isAllowed)
        {
            purchase.Amount -= most;
            _credits -= most;
        }
    }

    private async Task ReverseAsync(int size)
    {
        if (Pick(size) is not { } purchase)
        {
            return;
        }

        var rest = purchase.IsDisputed ? 0 : purchase.Amount + purchase.Fee;
        var wanted = Math.Min(size, rest);
        await ApplyAsync(
            new ReversalOrder(
                _organization, Reference(), "stripe", purchase.Transaction.Id, new Money(Math.Max(1, wanted)), null),
            wanted > 0 ? CreditStatus.Posted : CreditStatus.Refused);
        TakeBack(purchase, wanted);
    }

    // The whole of a purchase is disputed, and decided when the step comes to it again.
    private async Task DisputeAsync(int size)
    {
        if (Pick(size) is not { } purchase)
        {
            return;
        }

        if (purchase.Dispute is { } dispute)
        {
            var won = size % 2 == 0;
            await ApplyAsync(
                new ResolveOrder(
                    _organization, CreditPlan.ResolutionReference(dispute.Id), "stripe", purchase.Transaction.Id, dispute.Id, won),
                CreditStatus.Posted);
            purchase.Dispute = null;
            if (!won)
            {
                TakeBack(purchase, purchase.Amount + purchase.Fee);
            }

            return;
        }

        var rest = purchase.Amount + purchase.Fee;
        purchase.Dispute = await ApplyAsync(
            new DisputeOrder(_organization, Reference(), "stripe", purchase.Transaction.Id, new Money(Math.Max(1, rest)), null),
            rest > 0 ? CreditStatus.Posted : CreditStatus.Refused);
    }

    private async Task ExpireAsync(int size)
    {
        clock.Now = clock.Now.AddHours(size % 30);
        long held = size % 3 == 0 ? size : 0;
        foreach (var lot in _lots.Where(lot => lot.End <= clock.Now))
        {
            var ended = lot.Left - held;
            await ApplyAsync(
                new ExpiryOrder(_organization, Reference() + lot.Id, "test", lot.Id, new Money(held)),
                ended > 0 ? CreditStatus.Posted : CreditStatus.Refused);
            lot.Left -= Math.Max(0, ended);
        }
    }

    // What a crash repeats: an order whose answer was lost, a settlement from a journal.
    private async Task RepeatAsync()
    {
        if (_last is { } order)
        {
            Assert.Equal(CreditStatus.Repeated, (await storage.Credits.ApplyAsync(order, Token)).Status);
        }

        if (_settled.Count > 0)
        {
            await storage.Settlements.SettleAsync(_settled[_number % _settled.Count]);
        }
    }

    private void TakeBack(Bought purchase, long money)
    {
        var amount = Math.Min(money, purchase.Amount);
        purchase.Amount -= amount;
        purchase.Fee -= money - amount;
        _credits -= amount;
        _fees -= money - amount;
    }

    private async Task CompareAsync()
    {
        var account = await storage.Credits.GetAccountAsync(_organization, Token);
        Assert.Equal(_credits, account.Credits.Nanos);
        Assert.Equal(_lots.Select(lot => lot.Left).Where(left => left > 0), account.Lots.Select(lot => lot.Balance.Nanos));
        Assert.Equal(_used, account.Used.Nanos);
        Assert.Equal(_credits + _lots.Sum(lot => lot.Left) + _used, account.Total.Nanos);
        Assert.Equal(_purchases.Exists(purchase => purchase.IsDisputed), account.IsFrozen);
        var transactions = await storage.Credits.ListAsync(_organization, 0, 1000, Token);
        Assert.Equal(account.Total.Nanos, transactions.Sum(transaction => transaction.Amount.Nanos));
        Assert.Equal(_fees, transactions.Sum(transaction => transaction.Fee.Nanos));
    }

    private async Task<CreditTransaction?> ApplyAsync(CreditOrder order, CreditStatus expected)
    {
        var outcome = await storage.Credits.ApplyAsync(order, Token);
        Assert.True(outcome.Status == expected, $"{order}: {outcome.Status} {outcome.Reason}");
        if (outcome.Status == CreditStatus.Posted)
        {
            _last = order;
        }

        return outcome.Transaction;
    }

    private Bought? Pick(int size) => _purchases.Count == 0 ? null : _purchases[size % _purchases.Count];

    private string Reference() => $"{_organization:N}:{_number}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class Lot(Guid id, DateTimeOffset end, long left)
    {
        public Guid Id { get; } = id;

        public DateTimeOffset End { get; } = end;

        public long Left { get; set; } = left;
    }

    private sealed class Bought(CreditTransaction transaction, long amount, long fee)
    {
        public CreditTransaction Transaction { get; } = transaction;

        public long Amount { get; set; } = amount;

        public long Fee { get; set; } = fee;

        public CreditTransaction? Dispute { get; set; }

        public bool IsDisputed => Dispute is not null;
    }
}
