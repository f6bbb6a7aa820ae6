namespace Patchbay.Billing;

/// <summary>How Coinbase Business is reached. Holds secrets, so it has no text form.</summary>
/// <param name="BaseUrl">Where its API is; with a path for its sandbox.</param>
/// <param name="KeyId">The id of the API key.</param>
/// <param name="PrivateKey">The private key, ECDSA on P-256, as PEM.</param>
/// <param name="IsLive">Whether real money moves.</param>
/// <param name="Installation">See <see cref="PaymentOptions.Installation"/>.</param>
/// <param name="ReturnUrl">See <see cref="PaymentOptions.ReturnUrl"/>.</param>
public sealed record CoinbaseOptions(
    Uri BaseUrl, string KeyId, string PrivateKey, bool IsLive, Guid Installation, Uri ReturnUrl)
{
    /// <summary>Names the type only.</summary>
    public override string ToString() => nameof(CoinbaseOptions);
}
