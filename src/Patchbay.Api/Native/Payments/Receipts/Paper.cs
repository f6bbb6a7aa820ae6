namespace Patchbay.Api;

/// <summary>A receipt or an invoice, ready to be drawn: every text as it is shown.</summary>
internal sealed record Paper
{
    /// <summary><c>Receipt</c> or <c>Invoice</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What it is filed under.</summary>
    public required string Number { get; init; }

    /// <summary>Its date.</summary>
    public required string Date { get; init; }

    /// <summary>Who sells; may be empty.</summary>
    public required IReadOnlyList<string> Seller { get; init; }

    /// <summary>Who buys; may be empty.</summary>
    public required IReadOnlyList<string> Buyer { get; init; }

    /// <summary>What it is about.</summary>
    public required IReadOnlyList<PaperLine> Lines { get; init; }

    /// <summary>Sums, the last one the most important.</summary>
    public required IReadOnlyList<PaperLine> Totals { get; init; }

    /// <summary>Small print.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>A line of a paper.</summary>
/// <param name="Date">When; empty for a sum.</param>
/// <param name="Text">What.</param>
/// <param name="Amount">How much, with its sign and currency.</param>
internal sealed record PaperLine(string Date, string Text, string Amount);
