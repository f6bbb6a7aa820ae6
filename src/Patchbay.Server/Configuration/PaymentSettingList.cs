using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>The settings of section <c>payments</c>, and what they need of each other. Secrets are never shown, and any text is
/// taken for one, so that no message can repeat it.</summary>
internal static class PaymentSettingList
{
    private const string Hidden = "none";
    private const int PartsPerPercent = 10_000;

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        Address("return_url", s => s.ReturnUrl, (s, v) => s with { ReturnUrl = v }),
        SettingList.Text("payments:seller", "lines of a name and address, separated by semicolons, or none",
            s => s.Payments.Seller.Count == 0 ? Hidden : string.Join("; ", s.Payments.Seller),
            (s, v) => With(s, p => p with
            {
                Seller = v == Hidden ? [] : v.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            })),
        Percent("card_fee", s => s.CardFee, (s, v) => s with { CardFee = v }),
        Dollars("card_fee_minimum", s => s.CardFeeMinimum, (s, v) => s with { CardFeeMinimum = v }),
        Percent("crypto_fee", s => s.CryptoFee, (s, v) => s with { CryptoFee = v }),
        Dollars("least", s => s.Least, (s, v) => s with { Least = v }),
        Dollars("most", s => s.Most, (s, v) => s with { Most = v }),
        Duration("refund_window", s => s.RefundWindow, (s, v) => s with { RefundWindow = v }),
        Duration("top_up_every", s => s.TopUpEvery, (s, v) => s with { TopUpEvery = v }),
        SettingList.Text("payments:top_up_tries", "a whole number from 1 to 100",
            s => s.Payments.TopUpTries.ToString(CultureInfo.InvariantCulture),
            (s, v) => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var tries) && tries is >= 1 and <= 100
                ? With(s, p => p with { TopUpTries = tries })
                : null),
        Duration("top_up_retry_after", s => s.TopUpRetryAfter, (s, v) => s with { TopUpRetryAfter = v }),
        Duration("compare_every", s => s.CompareEvery, (s, v) => s with { CompareEvery = v }),
        Address("stripe:base_url", s => s.Stripe.BaseUrl, (s, v) => s with { Stripe = s.Stripe with { BaseUrl = v } }),
        Secret("stripe:secret_key", "a secret key of Stripe",
            (s, v) => s with { Stripe = s.Stripe with { SecretKey = v } }),
        Secret("stripe:webhook_secrets", "secrets of webhooks, separated by spaces",
            (s, v) => s with { Stripe = s.Stripe with { WebhookSecrets = Words(v) } }),
        Address("coinbase:base_url", s => s.Coinbase.BaseUrl, (s, v) => s with { Coinbase = s.Coinbase with { BaseUrl = v } }),
        Secret("coinbase:key_id", "the id of an API key of Coinbase",
            (s, v) => s with { Coinbase = s.Coinbase with { KeyId = v } }),
        Secret("coinbase:private_key", "a private key as PEM",
            (s, v) => s with { Coinbase = s.Coinbase with { PrivateKey = v } }),
        Secret("coinbase:webhook_secrets", "secrets of webhooks, separated by spaces",
            (s, v) => s with { Coinbase = s.Coinbase with { WebhookSecrets = Words(v) } }),
    ];

    /// <summary>What is wrong with them together; empty when nothing is.</summary>
    public static IEnumerable<(string Setting, string Problem)> Check(PatchbaySettings settings)
    {
        var (stripe, coinbase) = (settings.Payments.Stripe, settings.Payments.Coinbase);
        var hasStripe = stripe.SecretKey is not null || stripe.WebhookSecrets.Count > 0;
        var hasCoinbase = coinbase.KeyId is not null || coinbase.PrivateKey is not null || coinbase.WebhookSecrets.Count > 0;
        if (hasStripe && (stripe.SecretKey is null || stripe.WebhookSecrets.Count == 0))
        {
            yield return ("payments.stripe", "needs both secret_key and webhook_secrets: without a secret nobody could tell "
                + "Stripe's messages from anybody's.");
        }

        if (hasCoinbase && (coinbase.KeyId is null || coinbase.PrivateKey is null || coinbase.WebhookSecrets.Count == 0))
        {
            yield return ("payments.coinbase", "needs all of key_id, private_key and webhook_secrets.");
        }

        if (coinbase.PrivateKey is { } key && !CoinbaseToken.IsKey(key))
        {
            yield return ("payments.coinbase.private_key", "is no private key: it must be ECDSA on P-256, as PEM.");
        }

        if ((hasStripe || hasCoinbase) && !settings.Billing.IsPrepaid)
        {
            yield return ("payments", "is for billing.mode marketplace: in the mode team nobody buys credits.");
        }

        if (settings.Payments.Least > settings.Payments.Most)
        {
            yield return ("payments.least", "is more than payments.most.");
        }
    }

    private static PatchbaySettings With(PatchbaySettings settings, Func<PaymentSettings, PaymentSettings> change) =>
        settings with { Payments = change(settings.Payments) };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static SettingDefinition Secret(string name, string form, Func<PaymentSettings, string, PaymentSettings> apply) =>
        SettingList.Text($"payments:{name}", form + "; it must not be empty", _ => Hidden,
            (s, v) => v.Length == 0 ? null : With(s, p => apply(p, v)));

    private static SettingDefinition Address(
        string name, Func<PaymentSettings, Uri> show, Func<PaymentSettings, Uri, PaymentSettings> apply) =>
        SettingList.Text($"payments:{name}", "an http or https address",
            s => show(s.Payments).AbsoluteUri,
            (s, v) => Uri.TryCreate(name.EndsWith("base_url", StringComparison.Ordinal) && !v.EndsWith('/') ? v + "/" : v,
                UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                    ? With(s, p => apply(p, uri))
                    : null);

    private static SettingDefinition Percent(
        string name, Func<PaymentSettings, int> show, Func<PaymentSettings, int, PaymentSettings> apply) =>
        SettingList.Text($"payments:{name}", "a percentage from 0 to 100 with at most four decimals, such as 5.5",
            s => ((decimal)show(s.Payments) / PartsPerPercent).ToString("0.####", CultureInfo.InvariantCulture),
            (s, v) => decimal.TryParse(v, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
                && percent <= 100 && percent * PartsPerPercent == decimal.Truncate(percent * PartsPerPercent)
                    ? With(s, p => apply(p, (int)(percent * PartsPerPercent)))
                    : null);

    private static SettingDefinition Dollars(
        string name, Func<PaymentSettings, Money> show, Func<PaymentSettings, Money, PaymentSettings> apply) =>
        SettingList.Text($"payments:{name}", "US dollars in whole cents, at most 1000000",
            s => FeeSchedule.ToText(show(s.Payments)),
            (s, v) => decimal.TryParse(v, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
                && dollars <= 1_000_000 && Money.TryFromDollars(dollars, out var amount) && FeeSchedule.IsWholeCents(amount)
                    ? With(s, p => apply(p, amount))
                    : null);

    private static SettingDefinition Duration(
        string name, Func<PaymentSettings, TimeSpan> show, Func<PaymentSettings, TimeSpan, PaymentSettings> apply) =>
        SettingList.Duration($"payments:{name}", s => show(s.Payments), (s, v) => With(s, p => apply(p, v)));
}
