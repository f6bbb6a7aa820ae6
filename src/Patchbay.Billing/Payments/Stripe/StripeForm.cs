using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Billing;

/// <summary>Parameters as Stripe takes them: <c>a[b]=c&amp;…</c>.</summary>
internal sealed class StripeForm
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a text.</summary>
    public StripeForm Add(string name, string value)
    {
        _text.Append(_text.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Adds a number.</summary>
    public StripeForm Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds what a payment of ours is known by.</summary>
    public StripeForm Mark(string name, Payment payment, Guid installation) =>
        Add($"{name}[{MarkFields.Installation}]", installation.ToString("N"))
            .Add($"{name}[{MarkFields.Organization}]", payment.OrganizationId.ToString("N"))
            .Add($"{name}[{MarkFields.Payment}]", payment.Id.ToString("N"));

    /// <summary>A short name of all parameters together.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())).AsSpan(0, 8));

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
