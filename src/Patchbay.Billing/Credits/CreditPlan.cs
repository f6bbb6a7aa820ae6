using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What an order is decided by, read in the transaction that will post it.</summary>
/// <param name="Credits">The balance of the organization's credits.</param>
/// <param name="Lots">Its promotions with something left.</param>
/// <param name="Same">The transaction with the order's reference, or with its payment at the gateway.</param>
/// <param name="Related">The transaction that the order concerns and all that concern it, the oldest first.</param>
public sealed record CreditState(
    Money Credits, IReadOnlyList<CreditLot> Lots, CreditTransaction? Same, IReadOnlyList<CreditTransaction> Related);

/// <summary>The decision on an order: entries to post and their transaction, or an outcome that posts nothing. Pure, the
/// same for both databases.</summary>
/// <param name="Transaction">The transaction; null when nothing is posted.</param>
/// <param name="Entries">Its entries.</param>
/// <param name="Outcome">The answer when nothing is posted.</param>
public sealed record CreditPlan(CreditTransaction? Transaction, IReadOnlyList<LedgerEntry> Entries, CreditOutcome? Outcome)
{
    /// <summary>Decides.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="state">What is there.</param>
    /// <param name="now">The time.</param>
    public static CreditPlan Of(CreditOrder order, CreditState state, DateTimeOffset now)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var draft = new Draft(order, state, time);
        if (state.Same is { } same)
        {
            return draft.Repeat(same);
        }

        return order switch
        {
            GrantOrder grant => draft.Grant(grant),
            PurchaseOrder purchase => draft.Buy(purchase),
            RefundOrder refund => draft.Refund(refund),
            ReversalOrder reversal => draft.Reverse(reversal),
            RefundFailureOrder failure => draft.FailRefund(failure),
            DisputeOrder dispute => draft.Dispute(dispute),
            ResolveOrder resolve => draft.Resolve(resolve),
            ExpiryOrder expiry => draft.Expire(expiry),
            _ => throw new ArgumentOutOfRangeException(nameof(order), order.GetType().Name, "An order without a plan."),
        };
    }

    /// <summary>How much of a purchase may be given back: what is neither used nor given back yet.</summary>
    public static Money Refundable(CreditTransaction purchase, CreditState state)
    {
        var rest = Rest(purchase, state.Related);
        return Money.Max(Money.Zero, Money.Min(rest.Amount, state.Credits));
    }

    /// <summary>What is left of a purchase after refunds, reversals and disputes, open ones included.</summary>
    private static (Money Amount, Money Fee) Rest(CreditTransaction purchase, IReadOnlyList<CreditTransaction> related)
    {
        var (amount, fee) = (purchase.Amount, purchase.Fee);
        foreach (var part in related)
        {
            if (part.Id != purchase.Id)
            {
                amount += part.Amount;
                fee += part.Fee;
            }
        }

        var disputed = Disputed(related);
        var fromAmount = Money.Min(disputed, amount);
        return (amount - fromAmount, fee - (disputed - fromAmount));
    }

    /// <summary>The money of disputes that nobody has decided.</summary>
    private static Money Disputed(IReadOnlyList<CreditTransaction> related)
    {
        var sum = Money.Zero;
        foreach (var part in related)
        {
            sum += part.Kind switch
            {
                CreditKind.Dispute or CreditKind.DisputeWon => Money.Zero - part.Paid,
                CreditKind.DisputeLost => part.Amount + part.Fee,
                _ => Money.Zero,
            };
        }

        return sum;
    }

    private readonly struct Draft(CreditOrder order, CreditState state, DateTimeOffset now)
    {
        private readonly Guid _id = Guid.CreateVersion7(now);
        private readonly List<LedgerEntry> _entries = [];

        private string Credits => LedgerAccount.Credits(order.OrganizationId);

        public CreditPlan Repeat(CreditTransaction same)
        {
            var isSame = same.OrganizationId == order.OrganizationId && order switch
            {
                GrantOrder grant => same.Kind == KindOf(grant) && same.Amount == grant.Amount,
                PurchaseOrder purchase => same.Kind == CreditKind.Purchase
                    && same.Amount == purchase.Amount && same.Fee == purchase.Fee && same.Gateway == purchase.Gateway,
                RefundOrder refund => same.Kind == CreditKind.Refund && same.RelatedId == refund.PurchaseId
                    && (refund.Amount is null || refund.Amount == Money.Zero - same.Amount),
                ReversalOrder reversal => same.Kind is CreditKind.Reversal or CreditKind.Refund
                    && same.RelatedId == reversal.PurchaseId && same.Paid == Money.Zero - reversal.Paid,
                RefundFailureOrder failure => same.Kind == CreditKind.RefundFailed && same.RelatedId == failure.PurchaseId,
                DisputeOrder dispute => same.Kind == CreditKind.Dispute && same.RelatedId == dispute.PurchaseId
                    && same.Paid == Money.Zero - dispute.Paid,
                ResolveOrder resolve => same.Kind == (resolve.Won ? CreditKind.DisputeWon : CreditKind.DisputeLost),
                _ => same.Kind == CreditKind.Expiry,
            };
            return isSame
                ? new CreditPlan(null, [], new CreditOutcome(CreditStatus.Repeated, same, null))
                : Refuse($"The reference '{order.Reference}' or its payment is already in the books with other facts.");
        }

        public CreditPlan Grant(GrantOrder grant)
        {
            if (grant.Amount <= Money.Zero)
            {
                return Refuse("The amount must be more than zero.");
            }

            if (grant.ExpiresAt is { } end && end <= now)
            {
                return Refuse("The time of expiry has passed.");
            }

            var account = grant.ExpiresAt is { } expiry
                ? LedgerAccount.Promotion(order.OrganizationId, expiry, _id)
                : Credits;
            Move(LedgerAccount.EquityGrants, account, grant.Amount);
            return Post(Start(KindOf(grant), grant.Amount) with { ExpiresAt = grant.ExpiresAt });
        }

        public CreditPlan Buy(PurchaseOrder purchase)
        {
            if (purchase.Amount <= Money.Zero || purchase.Fee < Money.Zero)
            {
                return Refuse("The amount must be more than zero and the fee not negative.");
            }

            var clearing = LedgerAccount.Clearing(purchase.Gateway);
            Move(clearing, Credits, purchase.Amount);
            Move(clearing, LedgerAccount.RevenueFees, purchase.Fee);
            return Post(Start(CreditKind.Purchase, purchase.Amount) with
            {
                Fee = purchase.Fee,
                Paid = purchase.Amount + purchase.Fee,
                Gateway = purchase.Gateway,
                ExternalId = purchase.ExternalId,
            });
        }

        public CreditPlan Refund(RefundOrder refund)
        {
            if (FindPurchase(refund.PurchaseId) is not { } purchase)
            {
                return Refuse("There is no such purchase.");
            }

            if (purchase.Gateway == LedgerAccount.Crypto)
            {
                return Refuse("Purchases with crypto currency are not refunded.");
            }

            if (now - purchase.CreatedAt > refund.Window)
            {
                return Refuse(string.Create(
                    CultureInfo.InvariantCulture, $"The purchase is older than {refund.Window.TotalHours:0.#} hours."));
            }

            var most = Money.Min(Refundable(purchase, state), refund.Reserved);
            var amount = refund.Amount ?? new Money(most.Nanos - (most.Nanos % refund.Unit.Nanos));
            if (amount <= Money.Zero || amount > most)
            {
                return Refuse($"Of this purchase ${most} is unused and can be refunded.");
            }

            Move(Credits, LedgerAccount.Clearing(purchase.Gateway!), amount);
            return Post(Start(CreditKind.Refund, Money.Zero - amount) with
            {
                Paid = Money.Zero - amount,
                Gateway = purchase.Gateway,
                RelatedId = purchase.Id,
            });
        }

        public CreditPlan Reverse(ReversalOrder reversal)
        {
            if (FindPurchase(reversal.PurchaseId) is not { } purchase)
            {
                return Refuse("There is no such purchase.");
            }

            if (Split(purchase, reversal.Paid) is not var (amount, fee))
            {
                return Refuse("More would be given back than is left of the purchase.");
            }

            var clearing = LedgerAccount.Clearing(purchase.Gateway!);
            Move(Credits, clearing, amount);
            Move(LedgerAccount.RevenueFees, clearing, fee);
            return Post(Start(CreditKind.Reversal, Money.Zero - amount) with
            {
                Fee = Money.Zero - fee,
                Paid = Money.Zero - reversal.Paid,
                Gateway = purchase.Gateway,
                ExternalId = reversal.ExternalId,
                RelatedId = purchase.Id,
            });
        }

        public CreditPlan FailRefund(RefundFailureOrder failure)
        {
            var refund = Find(failure.RefundId, CreditKind.Refund) ?? Find(failure.RefundId, CreditKind.Reversal);
            if (FindPurchase(failure.PurchaseId) is not { } purchase || refund is null)
            {
                return Refuse("There is no such refund.");
            }

            var marker = FailureReference(refund.Id);
            if (order.Reference != marker)
            {
                return Refuse($"The reference of this failure must be '{marker}'.");
            }

            var clearing = LedgerAccount.Clearing(purchase.Gateway!);
            Move(clearing, Credits, Money.Zero - refund.Amount);
            Move(clearing, LedgerAccount.RevenueFees, Money.Zero - refund.Fee);
            return Post(Start(CreditKind.RefundFailed, Money.Zero - refund.Amount) with
            {
                Fee = Money.Zero - refund.Fee,
                Paid = Money.Zero - refund.Paid,
                Gateway = purchase.Gateway,
                RelatedId = purchase.Id,
            });
        }

        public CreditPlan Dispute(DisputeOrder dispute)
        {
            if (FindPurchase(dispute.PurchaseId) is not { } purchase)
            {
                return Refuse("There is no such purchase.");
            }

            if (Split(purchase, dispute.Paid) is null)
            {
                return Refuse("More is disputed than is left of the purchase.");
            }

            Move(LedgerAccount.Disputes(order.OrganizationId), LedgerAccount.Clearing(purchase.Gateway!), dispute.Paid);
            return Post(Start(CreditKind.Dispute, Money.Zero) with
            {
                Paid = Money.Zero - dispute.Paid,
                Gateway = purchase.Gateway,
                ExternalId = dispute.ExternalId,
                RelatedId = purchase.Id,
            });
        }

        public CreditPlan Resolve(ResolveOrder resolve)
        {
            var dispute = Find(resolve.DisputeId, CreditKind.Dispute);
            if (FindPurchase(resolve.PurchaseId) is not { } purchase || dispute is null)
            {
                return Refuse("There is no such dispute.");
            }

            var marker = ResolutionReference(dispute.Id);
            if (order.Reference != marker)
            {
                // One resolution per dispute, whatever reference the caller chose.
                return Refuse($"The reference of this resolution must be '{marker}'.");
            }

            var receivable = LedgerAccount.Disputes(order.OrganizationId);
            var money = Money.Zero - dispute.Paid;
            if (resolve.Won)
            {
                Move(LedgerAccount.Clearing(purchase.Gateway!), receivable, money);
                return Post(Start(CreditKind.DisputeWon, Money.Zero) with
                {
                    Paid = money,
                    Gateway = purchase.Gateway,
                    RelatedId = purchase.Id,
                });
            }

            var amount = Money.Min(money, Left(purchase));
            Move(Credits, receivable, amount);
            Move(LedgerAccount.RevenueFees, receivable, money - amount);
            return Post(Start(CreditKind.DisputeLost, Money.Zero - amount) with
            {
                Fee = amount - money,
                RelatedId = purchase.Id,
            });
        }

        public CreditPlan Expire(ExpiryOrder expiry)
        {
            var promotion = Find(expiry.PromotionId, CreditKind.Promotion);
            if (promotion?.ExpiresAt is not { } end)
            {
                return Refuse("There is no such promotion.");
            }

            if (end > now)
            {
                return Refuse("The promotion has not ended yet.");
            }

            var account = LedgerAccount.Promotion(order.OrganizationId, end, promotion.Id);
            var left = Money.Zero;
            foreach (var lot in state.Lots)
            {
                left += lot.Account == account ? lot.Balance : Money.Zero;
            }

            var amount = left - expiry.Held;
            if (amount <= Money.Zero)
            {
                return Refuse("Nothing of the promotion is left that no request in flight may need.");
            }

            Move(account, LedgerAccount.EquityGrants, amount);
            return Post(Start(CreditKind.Expiry, Money.Zero - amount) with { RelatedId = promotion.Id });
        }

        private static CreditKind KindOf(GrantOrder grant) =>
            grant.ExpiresAt is null ? CreditKind.Grant : CreditKind.Promotion;

        private static CreditPlan Refuse(string reason) => new(null, [], CreditOutcome.Refuse(reason));

        // Money goes first against the credits, then against the fee. Null when it is more than both.
        private (Money Amount, Money Fee)? Split(CreditTransaction purchase, Money paid)
        {
            var rest = Rest(purchase, state.Related);
            var amount = Money.Min(paid, rest.Amount);
            var fee = paid - amount;
            return paid > Money.Zero && fee <= rest.Fee ? (amount, fee) : null;
        }

        // What of the purchase's credits nobody has given back.
        private Money Left(CreditTransaction purchase)
        {
            var left = Money.Zero;
            foreach (var part in state.Related)
            {
                left += part.RelatedId == purchase.Id || part.Id == purchase.Id ? part.Amount : Money.Zero;
            }

            return left;
        }

        private CreditTransaction? FindPurchase(Guid id) => Find(id, CreditKind.Purchase);

        private CreditTransaction? Find(Guid id, CreditKind kind)
        {
            foreach (var transaction in state.Related)
            {
                if (transaction.Id == id && transaction.Kind == kind && transaction.OrganizationId == order.OrganizationId)
                {
                    return transaction;
                }
            }

            return null;
        }

        private void Move(string debit, string credit, Money amount)
        {
            if (amount > Money.Zero)
            {
                var number = _entries.Count.ToString(CultureInfo.InvariantCulture);
                _entries.Add(new LedgerEntry(debit, credit, amount.Nanos, $"credit:{order.Reference}:{number}"));
            }
        }

        private CreditTransaction Start(CreditKind kind, Money amount) => new()
        {
            Id = _id,
            OrganizationId = order.OrganizationId,
            Kind = kind,
            Amount = amount,
            Reference = order.Reference,
            Note = order.Note,
            Actor = order.Actor,
            CreatedAt = now,
        };

        private CreditPlan Post(CreditTransaction transaction) => new(transaction, _entries, null);
    }

    /// <summary>The reference under which a refund is noted as failed: it fails once.</summary>
    public static string FailureReference(Guid refundId) => $"refund-failed:{refundId:N}";

    /// <summary>The reference under which a dispute is decided: a dispute is decided once.</summary>
    public static string ResolutionReference(Guid disputeId) => $"resolve:{disputeId:N}";
}
