namespace Patchbay.Api;

/// <summary>What gateways sign their messages with. A gateway without a secret is not set up: none of its routes exist. Has no
/// text form.</summary>
/// <param name="Stripe">Of Stripe; several while one is being replaced.</param>
/// <param name="Coinbase">Of Coinbase.</param>
public sealed record WebhookSecrets(IReadOnlyList<string> Stripe, IReadOnlyList<string> Coinbase)
{
    /// <summary>Names the type only.</summary>
    public override string ToString() => nameof(WebhookSecrets);
}
