using System.Globalization;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Reads a token service's answer (RFC 6749, section 5.1).</summary>
internal static class AccessToken
{
    // RFC 6749 only recommends expires_in; without it a token is used this long.
    private const double UnknownLife = 300;
    private const double LongestLife = 24 * 3600;

    /// <summary>The token as the value of an <c>Authorization</c> header.</summary>
    public static Token<string> Read(byte[] answer, Uri from, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("access_token", out var member) || member.ValueKind != JsonValueKind.String
            || member.GetString() is not { Length: > 0 } token || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new CredentialException(GatewayErrorKind.ProviderMalformed, $"{from.Authority} answered without an access token.");
        }

        return new Token<string>("Bearer " + token, now.AddSeconds(Life(root)));
    }

    private static double Life(JsonElement root)
    {
        // A number; some services write it as a text.
        double seconds = 0;
        var known = root.TryGetProperty("expires_in", out var life) && life.ValueKind switch
        {
            JsonValueKind.Number => life.TryGetDouble(out seconds),
            JsonValueKind.String => double.TryParse(
                life.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds),
            _ => false,
        };
        return known && seconds > 0 ? Math.Min(seconds, LongestLife) : UnknownLife;
    }
}
