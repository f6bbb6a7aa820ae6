using System.Collections.Concurrent;
using System.Globalization;

namespace Patchbay.Billing;

/// <summary>The chart of accounts. An account is a text, so that the books read without a code table.</summary>
public static class LedgerAccount
{
    // Every settlement names these; there are as many as organizations and providers.
    private static readonly ConcurrentDictionary<Guid, string> CreditNames = new();
    private static readonly ConcurrentDictionary<string, string> ExpenseNames = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string> PayableNames = new(StringComparer.Ordinal);

    /// <summary>What users of the installation owe for what they used, or were billed from their credits.</summary>
    public const string RevenueUsage = "revenue:usage";

    /// <summary>What workspaces pay less because they let their prompts be used.</summary>
    public const string LoggingDiscount = "expense:discount:logging";

    /// <summary>Money granted by the operator rather than bought.</summary>
    public const string EquityGrants = "equity:grants";

    /// <summary>Cost of attempts that were replaced by another endpoint.</summary>
    public const string LossFallback = "loss:fallback";

    /// <summary>Cost of the slower of two attempts at the same answer, as far as its provider may bill it.</summary>
    public const string LossHedge = "loss:hedge";

    /// <summary>Cost beyond what a hold covered.</summary>
    public const string LossOverrun = "loss:overrun";

    /// <summary>Cost of generations that this server's death cut off.</summary>
    public const string LossCrash = "loss:crash";

    /// <summary>Cost of answers that are not charged: empty ones, and those that ended in an error.</summary>
    public const string LossWaived = "loss:waived";

    /// <summary>Fees: what we keep of payments besides the credits, and what calls on callers' own provider keys cost.</summary>
    public const string RevenueFees = "revenue:fees";

    /// <summary>The gateway of card payments.</summary>
    public const string Stripe = "stripe";

    /// <summary>The gateway of payments with crypto currency.</summary>
    public const string Crypto = "crypto";

    /// <summary>How the accounts of all promotions begin.</summary>
    internal const string PromotionPrefix = "liability:promo:";

    /// <summary>The part of a promotion's account before its expiry, in characters.</summary>
    internal const int PromotionPrefixLength = 49;

    /// <summary>How an account names a time, in UTC: such texts sort like the times.</summary>
    internal const string ExpiryFormat = "yyyyMMddHHmmssfff";

    /// <summary>What the operator spends on canaries in a day: one account a day, so that its balance is the day's budget
    /// used. Never a customer's.</summary>
    public static string Canaries(DateOnly day) => $"expense:canaries:{day:yyyy-MM-dd}";

    /// <summary>The credits of an organization: what we owe it. Negative when it has used more than it was given.</summary>
    public static string Credits(Guid organizationId) =>
        CreditNames.GetOrAdd(organizationId, static id => $"liability:credits:{id:N}");

    /// <summary>The account of one promotion. The names of an organization's promotions sort by their expiry: the order in
    /// which they are used.</summary>
    public static string Promotion(Guid organizationId, DateTimeOffset expiresAt, Guid promotionId) => string.Create(
        CultureInfo.InvariantCulture,
        $"{PromotionPrefix}{organizationId:N}:{expiresAt.UtcDateTime.ToString(ExpiryFormat, CultureInfo.InvariantCulture)}:{promotionId:N}");

    /// <summary>Money on its way from a payment gateway to us.</summary>
    public static string Clearing(string gateway) => $"asset:{gateway}_clearing";

    /// <summary>Money that gateways keep back in disputes of an organization's purchases. Debited, so its balance is
    /// negative while a dispute is open.</summary>
    public static string Disputes(Guid organizationId) => $"receivable:dispute:{organizationId:N}";

    /// <summary>What calls to a provider cost.</summary>
    public static string ProviderExpense(string providerSlug) =>
        ExpenseNames.GetOrAdd(providerSlug, static slug => $"expense:provider:{slug}");

    /// <summary>What the operator owes a provider.</summary>
    public static string ProviderPayable(string providerSlug) =>
        PayableNames.GetOrAdd(providerSlug, static slug => $"payable:provider:{slug}");
}

/// <summary>A posting: the amount leaves one account's balance and enters another's. Balances are credits minus debits.</summary>
/// <param name="Debit">The account that is debited.</param>
/// <param name="Credit">The account that is credited.</param>
/// <param name="AmountNanos">More than zero, in nano-USD.</param>
/// <param name="Reference">Unique in the whole ledger: posting it twice has no second effect.</param>
public sealed record LedgerEntry(string Debit, string Credit, long AmountNanos, string Reference);
