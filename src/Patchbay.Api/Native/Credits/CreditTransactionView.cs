using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A change of funds as the API shows it. Amounts are USD, times ISO 8601 in UTC.</summary>
internal sealed record CreditTransactionView(
    Guid Id,
    string Kind,
    Money Amount,
    Money Fee,
    Money Paid,
    string Reference,
    string? Gateway,
    string? ExternalId,
    Guid? RelatedId,
    string? ExpiresAt,
    string? Note,
    string Actor,
    string CreatedAt)
{
    /// <summary>Shows a transaction.</summary>
    public static CreditTransactionView Of(CreditTransaction credit) => new(
        credit.Id,
        NameOf(credit.Kind),
        credit.Amount,
        credit.Fee,
        credit.Paid,
        credit.Reference,
        credit.Gateway,
        credit.ExternalId,
        credit.RelatedId,
        credit.ExpiresAt is { } expires ? Text(expires) : null,
        credit.Note,
        credit.Actor,
        Text(credit.CreatedAt));

    /// <summary>The word for a kind.</summary>
    public static string NameOf(CreditKind kind) => kind switch
    {
        CreditKind.Grant => "grant",
        CreditKind.Promotion => "promotion",
        CreditKind.Purchase => "purchase",
        CreditKind.Refund => "refund",
        CreditKind.Reversal => "reversal",
        CreditKind.Dispute => "dispute",
        CreditKind.DisputeWon => "dispute_won",
        CreditKind.DisputeLost => "dispute_lost",
        CreditKind.RefundFailed => "refund_failed",
        _ => "expiry",
    };

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
