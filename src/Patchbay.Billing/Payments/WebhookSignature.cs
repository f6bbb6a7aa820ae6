using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Billing;

/// <summary>Proves that a message came from a payment gateway: HMAC-SHA256 with a shared secret over the time and the raw
/// bytes. Stripe: https://docs.stripe.com/webhooks#verify-manually. Coinbase:
/// https://docs.cdp.coinbase.com/webhooks/verify-signatures.</summary>
public static class WebhookSignature
{
    /// <summary>How far a message's time may be from ours, in either direction.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromSeconds(300);

    private const int LongestHeader = 4096;
    private const int MostSignatures = 16;

    /// <summary>Why a message of Stripe's (<c>t=…,v1=…</c>) is not believed; null when it is.</summary>
    /// <param name="header">The header <c>Stripe-Signature</c>.</param>
    /// <param name="body">The body as it arrived.</param>
    /// <param name="secrets">The secrets that are good now; more than one while a secret is being replaced.</param>
    /// <param name="now">The time.</param>
    public static string? RefuseStripe(
        string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now) =>
        Refuse(header, "v1=", static time => time + ".", body, secrets, now);

    /// <summary>Why a message of Coinbase's (<c>t=…,v0=…,h=…,v1=…</c>) is not believed; null when it is. Either signature
    /// is enough: <c>v0</c> is over the body alone, <c>v1</c> over the headers that <c>h</c> names as well.</summary>
    /// <param name="header">The header <c>X-Hook0-Signature</c>.</param>
    /// <param name="body">The body as it arrived.</param>
    /// <param name="secrets">The secrets that are good now.</param>
    /// <param name="now">The time.</param>
    /// <param name="findHeader">Reads another header of the message; empty when it is not there.</param>
    public static string? RefuseCoinbase(
        string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now, Func<string, string> findHeader)
    {
        if (header is not null && header.Contains("v0=", StringComparison.Ordinal))
        {
            return Refuse(header, "v0=", static time => time + ".", body, secrets, now);
        }

        var names = Find(header ?? "", "h=");
        var values = names.Length == 0
            ? ""
            : string.Join('.', names.Split(' ').Select(findHeader));
        return Refuse(header, "v1=", time => $"{time}.{names}.{values}.", body, secrets, now);
    }

    /// <summary>The signature of a body, in hexadecimal digits: what a sender with this secret writes.</summary>
    public static string Sign(string prefix, ReadOnlySpan<byte> body, string secret)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(prefix, body, secret, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static string? Refuse(string? header, string scheme, Func<string, string> prefix, ReadOnlySpan<byte> body,
        IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(header))
        {
            return "it bears no signature";
        }

        var time = Find(header, "t=");
        if (header.Length > LongestHeader
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return "its signature cannot be read";
        }

        // Every signature is compared with every secret, so that the time taken says nothing.
        var good = false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in secrets)
        {
            if (secret.Length == 0)
            {
                continue;
            }

            Hash(prefix(time), body, secret, expected);
            var count = 0;
            foreach (var part in header.Split(','))
            {
                var text = part.AsSpan().Trim();
                if (text.StartsWith(scheme, StringComparison.Ordinal) && count++ < MostSignatures
                    && text.Length == scheme.Length + (2 * given.Length)
                    && Convert.FromHexString(text[scheme.Length..], given, out _, out _) == System.Buffers.OperationStatus.Done)
                {
                    good |= CryptographicOperations.FixedTimeEquals(expected, given);
                }
            }
        }

        if (!good)
        {
            return "its signature is wrong";
        }

        var away = now.ToUnixTimeSeconds() - (Int128)seconds;
        return Int128.Abs(away) > (Int128)Tolerance.TotalSeconds ? "its signature is too old, or of the future" : null;
    }

    private static string Find(string header, string name)
    {
        foreach (var part in header.Split(','))
        {
            var text = part.Trim();
            if (text.StartsWith(name, StringComparison.Ordinal))
            {
                return text[name.Length..];
            }
        }

        return "";
    }

    private static void Hash(string prefix, ReadOnlySpan<byte> body, string secret, Span<byte> hash)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(prefix));
        hmac.AppendData(body);
        hmac.GetHashAndReset(hash);
    }
}
