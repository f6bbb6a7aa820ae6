namespace Patchbay.Billing;

/// <summary>How Stripe is reached. Holds secrets, so it has no text form.</summary>
/// <param name="BaseUrl">Where its API is.</param>
/// <param name="SecretKey">The secret key, <c>sk_live_…</c>, <c>sk_test_…</c> or a restricted one, <c>rk_…</c>.</param>
/// <param name="Installation">See <see cref="PaymentOptions.Installation"/>.</param>
/// <param name="ReturnUrl">See <see cref="PaymentOptions.ReturnUrl"/>.</param>
public sealed record StripeOptions(Uri BaseUrl, string SecretKey, Guid Installation, Uri ReturnUrl)
{
    /// <summary>Whether the key moves real money.</summary>
    public bool IsLive => SecretKey.StartsWith("sk_live_", StringComparison.Ordinal)
        || SecretKey.StartsWith("rk_live_", StringComparison.Ordinal);

    /// <summary>Names the type only.</summary>
    public override string ToString() => nameof(StripeOptions);
}
