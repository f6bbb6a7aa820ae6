using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Bedrock;

/// <summary>Checks who calls, as AWS does: a Bedrock API key as a bearer, or a signature
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The secret of an access key
/// is <c>secret-of-</c> and its id.</summary>
internal static class SignatureCheck
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Service = "bedrock";

    /// <summary>What AWS says to a request that it refuses; null when it takes it.</summary>
    public static ErrorReply? Refuse(Exchange exchange)
    {
        var authorization = exchange.Header("Authorization");
        if (authorization is null)
        {
            return new ErrorReply(403, "MissingAuthenticationTokenException", null, "Missing Authentication Token");
        }

        if (authorization.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return null;
        }

        var credential = Part(authorization, "Credential")?.Split('/');
        var signed = Part(authorization, "SignedHeaders")?.Split(';');
        var signature = Part(authorization, "Signature");
        var time = exchange.Header("X-Amz-Date");
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal) || credential is not [var id, var date, var region, Service, "aws4_request"]
            || signed is null || signature?.Length != 64 || time is not { Length: 16 })
        {
            return new ErrorReply(400, "IncompleteSignatureException", null, "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters, and 'X-Amz-Date'.");
        }

        if (!signed.Contains("host") || !signed.Contains("x-amz-date") || !time.StartsWith(date, StringComparison.Ordinal)
            || (exchange.Header("X-Amz-Security-Token") is not null && !signed.Contains("x-amz-security-token")))
        {
            return new ErrorReply(403, "InvalidSignatureException", null, "Host and date must be signed, and the date must be that of the credential's scope.");
        }

        var text = $"{Algorithm}\n{time}\n{date}/{region}/{Service}/aws4_request\n{Hash(Encoding.UTF8.GetBytes(Canonical(exchange, signed)))}";
        var key = Sign(Sign(Sign(Sign(Encoding.UTF8.GetBytes("AWS4secret-of-" + id), date), region), Service), "aws4_request");
        return Convert.ToHexStringLower(Sign(key, text)) == signature
            ? null
            : new ErrorReply(403, "InvalidSignatureException", null, "The request signature we calculated does not match the signature you provided.");
    }

    private static string? Part(string authorization, string name)
    {
        var start = authorization.IndexOf(name + "=", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += name.Length + 1;
        var end = authorization.IndexOf(',', start);
        return end < 0 ? authorization[start..] : authorization[start..end];
    }

    // The path as it was sent, which is encoded already, is encoded once more.
    private static string Canonical(Exchange exchange, string[] signed)
    {
        var text = new StringBuilder();
        text.Append(exchange.Method).Append('\n');
        foreach (var value in Encoding.UTF8.GetBytes(exchange.RawPath))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || "-._~/".Contains((char)value, StringComparison.Ordinal))
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        text.Append("\n\n");
        foreach (var name in signed)
        {
            text.Append(name).Append(':').Append((exchange.Header(name) ?? "").Trim()).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', signed).Append('\n').Append(Hash(exchange.Body.Span)).ToString();
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
