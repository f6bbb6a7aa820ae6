using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Makes receipts and invoices from the books.</summary>
internal static class PaperMaker
{
    private const string SmallPrint = "Amounts are US dollars; no tax has been added. Dates are UTC.";

    /// <summary>The number of a receipt: its batch in the ledger, which no other has.</summary>
    public static string NumberOf(CreditTransaction purchase) =>
        string.Create(CultureInfo.InvariantCulture, $"R-{purchase.BatchId:D8}");

    /// <summary>The receipt of a purchase, with what happened to it since.</summary>
    /// <param name="purchase">The purchase.</param>
    /// <param name="related">The transactions that concern it, it among them.</param>
    /// <param name="payment">Its order; null when it is not known.</param>
    /// <param name="seller">Who sells.</param>
    public static Paper Receipt(CreditTransaction purchase, IReadOnlyList<CreditTransaction> related, Payment? payment,
        IReadOnlyList<string> seller)
    {
        var lines = new List<PaperLine>
        {
            new(Day(purchase.CreatedAt), "Credits", Usd(purchase.Amount)),
        };
        if (purchase.Fee > Money.Zero)
        {
            lines.Add(new PaperLine(Day(purchase.CreatedAt), "Payment fee", Usd(purchase.Fee)));
        }

        var left = purchase.Paid;
        foreach (var later in related)
        {
            if (later.Id != purchase.Id && later.Paid != Money.Zero)
            {
                lines.Add(new PaperLine(Day(later.CreatedAt), NameOf(later), Usd(later.Paid)));
                left += later.Paid;
            }
        }

        var totals = new List<PaperLine> { new("", "Paid, USD", Usd(purchase.Paid)) };
        if (left != purchase.Paid)
        {
            totals.Add(new PaperLine("", "Paid less what was given back, USD", Usd(left)));
        }

        return new Paper
        {
            Title = "Receipt",
            Number = NumberOf(purchase),
            Date = Day(purchase.CreatedAt),
            Seller = seller,
            Buyer = payment?.Buyer.ToLines() ?? [],
            Lines = lines,
            Totals = totals,
            Notes =
            [
                $"Paid {(purchase.Gateway == LedgerAccount.Crypto ? "in USDC through Coinbase" : "through Stripe")}.",
                $"Payment {purchase.ExternalId}, account {purchase.OrganizationId:D}.",
                SmallPrint,
            ],
        };
    }

    /// <summary>The invoice of a month: all money that moved for credits.</summary>
    /// <param name="month">The month.</param>
    /// <param name="today">The day on which it is made.</param>
    /// <param name="organizationId">Whose.</param>
    /// <param name="moved">The transactions of the month, the oldest first.</param>
    /// <param name="purchases">The purchases that they concern, of any month.</param>
    /// <param name="buyer">Who buys, as it is now.</param>
    /// <param name="seller">Who sells.</param>
    public static Paper Invoice(DateOnly month, DateOnly today, Guid organizationId, IReadOnlyList<CreditTransaction> moved,
        IReadOnlyDictionary<Guid, CreditTransaction> purchases, Buyer buyer, IReadOnlyList<string> seller)
    {
        var lines = new List<PaperLine>();
        var (credits, fees, paid) = (Money.Zero, Money.Zero, Money.Zero);
        foreach (var credit in moved)
        {
            if (credit.Paid != Money.Zero)
            {
                lines.Add(new PaperLine(Day(credit.CreatedAt), TextOf(credit, purchases), Usd(credit.Paid)));
                credits += credit.Amount;
                fees += credit.Fee;
                paid += credit.Paid;
            }
        }

        var last = month.AddMonths(1).AddDays(-1);
        return new Paper
        {
            Title = "Invoice",
            Number = InvoiceNumberOf(month, organizationId),
            Date = Day(last < today ? last : today),
            Seller = seller,
            Buyer = buyer.ToLines(),
            Lines = lines,
            Totals =
            [
                new PaperLine("", "Credits", Usd(credits)),
                new PaperLine("", "Payment fees", Usd(fees)),
                new PaperLine("", "Paid, USD", Usd(paid)),
            ],
            Notes =
            [
                month.ToString("MMMM yyyy", CultureInfo.InvariantCulture)
                    + (last < today ? "." : ", which is not over: there may be more."),
                lines.Count == 0 ? "No money moved in this month." : "Everything on this invoice has been paid.",
                $"Account {organizationId:D}.",
                SmallPrint,
            ],
        };
    }

    /// <summary>The number of an invoice: its month, and whose it is.</summary>
    private static string InvoiceNumberOf(DateOnly month, Guid organizationId) =>
        month.ToString("'I-'yyyy-MM-", CultureInfo.InvariantCulture) + organizationId.ToString("N")[^8..].ToUpperInvariant();

    private static string TextOf(CreditTransaction credit, IReadOnlyDictionary<Guid, CreditTransaction> purchases) =>
        credit.Kind == CreditKind.Purchase
            ? $"Credits {Usd(credit.Amount)} and fee {Usd(credit.Fee)}, receipt {NumberOf(credit)}"
            : credit.RelatedId is { } id && purchases.TryGetValue(id, out var purchase)
                ? $"{NameOf(credit)}, receipt {NumberOf(purchase)}"
                : NameOf(credit);

    private static string NameOf(CreditTransaction credit) => credit.Kind switch
    {
        CreditKind.Refund => "Refund",
        CreditKind.Reversal => "Given back by the payment company",
        CreditKind.RefundFailed => "A refund that did not arrive",
        CreditKind.Dispute => "Disputed",
        CreditKind.DisputeWon => "Dispute won, paid after all",
        _ => "Credits",
    };

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Usd(Money amount) =>
        amount.ToDollars().ToString("#,##0.00#######;\u2212#,##0.00#######", CultureInfo.InvariantCulture);
}
