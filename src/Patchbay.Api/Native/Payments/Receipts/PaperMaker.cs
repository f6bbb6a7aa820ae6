using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Makes receipts and invoices from the books.</summary>
internal static class PaperMaker
{
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

        var totals = new List<PaperLine> { new("", "Paid", Usd(purchase.Paid)) };
        if (left != purchase.Paid)
        {
            totals.Add(new PaperLine("", "Paid, less what was given back", Usd(left)));
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
                $"Paid with {(purchase.Gateway == LedgerAccount.Crypto ? "USDC through Coinbase" : "a card or the like through Stripe")}.",
                $"Payment {purchase.ExternalId}",
                "Amounts are US dollars. Times are UTC.",
            ],
        };
    }

    /// <summary>The invoice of a month: all money that moved for credits.</summary>
    /// <param name="month">The month.</param>
    /// <param name="moved">The transactions of the month, the oldest first.</param>
    /// <param name="buyer">Who buys, as it is now.</param>
    /// <param name="seller">Who sells.</param>
    public static Paper Invoice(
        DateOnly month, IReadOnlyList<CreditTransaction> moved, Buyer buyer, IReadOnlyList<string> seller)
    {
        var lines = new List<PaperLine>();
        var (credits, fees, paid) = (Money.Zero, Money.Zero, Money.Zero);
        foreach (var credit in moved)
        {
            if (credit.Paid != Money.Zero)
            {
                lines.Add(new PaperLine(Day(credit.CreatedAt), TextOf(credit), Usd(credit.Paid)));
                credits += credit.Amount;
                fees += credit.Fee;
                paid += credit.Paid;
            }
        }

        return new Paper
        {
            Title = "Invoice",
            Number = month.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            Date = month.ToString("MMMM yyyy", CultureInfo.InvariantCulture),
            Seller = seller,
            Buyer = buyer.ToLines(),
            Lines = lines,
            Totals =
            [
                new PaperLine("", "Credits", Usd(credits)),
                new PaperLine("", "Payment fees", Usd(fees)),
                new PaperLine("", "Paid", Usd(paid)),
            ],
            Notes =
            [
                lines.Count == 0 ? "No money moved in this month." : "Everything on this invoice has been paid.",
                "Amounts are US dollars. Times are UTC.",
            ],
        };
    }

    private static string TextOf(CreditTransaction credit) => credit.Kind == CreditKind.Purchase
        ? $"Credits {Usd(credit.Amount)} and fee {Usd(credit.Fee)}, receipt {NumberOf(credit)}"
        : NameOf(credit);

    private static string NameOf(CreditTransaction credit) => credit.Kind switch
    {
        CreditKind.Refund => "Refund",
        CreditKind.Reversal => "Given back by the payment company",
        CreditKind.RefundFailed => "A refund that did not arrive",
        CreditKind.Dispute => "Disputed",
        CreditKind.DisputeWon => "Dispute decided, paid after all",
        _ => "Credits",
    };

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Usd(Money amount) =>
        amount.ToDollars().ToString("#,##0.00#######;\u2212#,##0.00#######", CultureInfo.InvariantCulture);
}
