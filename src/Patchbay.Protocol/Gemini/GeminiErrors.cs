using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads <c>google.rpc.Status</c> as HTTP carries it: <c>{"error":{"code","message","status","details"}}</c>
/// (https://google.aip.dev/193, https://ai.google.dev/gemini-api/docs/troubleshooting).</summary>
internal static class GeminiErrors
{
    // The longest wait that a duration may say; beyond it the number is nonsense.
    private const double LongestWait = 86_400;

    /// <summary>What an error body says. Never throws.</summary>
    public static DialectError Read(ReadOnlySpan<byte> body, int status)
    {
        var found = Find(body);
        return new DialectError(Kind(found, status), found.Message, found.Field) { RetryAfter = found.RetryAfter };
    }

    /// <summary>Hands an error that came in place of an answer, or inside a stream, to the sink.</summary>
    /// <param name="error">The value of <c>error</c>.</param>
    /// <param name="sink">Receives it.</param>
    public static void Report(ReadOnlySpan<byte> error, AnswerSink sink)
    {
        var found = default(Found);
        ReadError(error, ref found);
        sink.Error(
            found.Code is >= 400 and < 600 ? (int)found.Code : 500,
            Encoding.UTF8.GetBytes(found.Status ?? "UNKNOWN"),
            Encoding.UTF8.GetBytes(found.Message ?? "The provider returned an error in place of an answer."));
    }

    private static Found Find(ReadOnlySpan<byte> body)
    {
        var found = default(Found);
        try
        {
            // Streams that fail before they begin are answered with an array of one error.
            var list = new JsonCursor(body);
            var cursor = new JsonCursor(list.NextItem() ? list.Value : body);
            while (cursor.NextMember())
            {
                if (cursor.Is("error"u8))
                {
                    ReadError(cursor.Value, ref found);
                }
            }
        }
        catch (JsonException)
        {
            // What was found before the fault is all there is.
        }

        return found;
    }

    private static void ReadError(ReadOnlySpan<byte> json, ref Found found)
    {
        if (JsonScalar.IsString(json))
        {
            found.Message = Text(json);
            return;
        }

        var cursor = new JsonCursor(json);
        while (cursor.NextMember())
        {
            if (cursor.Is("code"u8))
            {
                found.Code = JsonScalar.Count(cursor.Value);
            }
            else if (cursor.Is("message"u8))
            {
                found.Message = Text(cursor.Value);
            }
            else if (cursor.Is("status"u8))
            {
                found.Status = Text(cursor.Value);
            }
            else if (cursor.Is("details"u8))
            {
                var details = new JsonCursor(cursor.Value);
                while (details.NextItem())
                {
                    ReadDetail(details.Value, ref found);
                }
            }
        }
    }

    // RetryInfo, ErrorInfo and BadRequest have no member in common but @type.
    private static void ReadDetail(ReadOnlySpan<byte> json, ref Found found)
    {
        var cursor = new JsonCursor(json);
        while (cursor.NextMember())
        {
            if (cursor.Is("retryDelay"u8))
            {
                found.RetryAfter = Duration(Text(cursor.Value));
            }
            else if (cursor.Is("reason"u8))
            {
                found.Reason = Text(cursor.Value);
            }
            else if (cursor.Is("fieldViolations"u8))
            {
                var violations = new JsonCursor(cursor.Value);
                if (violations.NextItem())
                {
                    var violation = new JsonCursor(violations.Value);
                    while (violation.NextMember())
                    {
                        found.Field = violation.Is("field"u8) ? Text(violation.Value) : found.Field;
                    }
                }
            }
        }
    }

    private static GatewayErrorKind Kind(in Found found, int status)
    {
        // A wrong key is an invalid argument to this API, and so is an account without billing a failed precondition.
        if (found.Reason is "API_KEY_INVALID" or "API_KEY_SERVICE_BLOCKED" or "API_KEY_EXPIRED" or "BILLING_DISABLED"
            or "SERVICE_DISABLED" or "CONSUMER_SUSPENDED" or "ACCESS_TOKEN_EXPIRED")
        {
            return GatewayErrorKind.ProviderAuth;
        }

        return found.Status switch
        {
            "RESOURCE_EXHAUSTED" => GatewayErrorKind.ProviderRateLimited,
            "UNAUTHENTICATED" or "PERMISSION_DENIED" or "FAILED_PRECONDITION" => GatewayErrorKind.ProviderAuth,
            "INVALID_ARGUMENT" or "OUT_OF_RANGE" or "NOT_FOUND" or "ALREADY_EXISTS" or "UNIMPLEMENTED" =>
                GatewayErrorKind.ProviderRejected,
            "UNAVAILABLE" => GatewayErrorKind.ProviderOverloaded,
            "DEADLINE_EXCEEDED" => GatewayErrorKind.ProviderTimeout,
            "INTERNAL" or "UNKNOWN" or "DATA_LOSS" or "ABORTED" or "CANCELLED" => GatewayErrorKind.ProviderError,
            _ => ByStatus(status >= 400 || found.Code is null ? status : (int)Math.Min(found.Code.Value, 599)),
        };
    }

    private static GatewayErrorKind ByStatus(int status) => status switch
    {
        429 => GatewayErrorKind.ProviderRateLimited,
        401 or 402 or 403 => GatewayErrorKind.ProviderAuth,
        408 or 504 => GatewayErrorKind.ProviderTimeout,
        503 or 529 => GatewayErrorKind.ProviderOverloaded,
        >= 500 => GatewayErrorKind.ProviderError,
        >= 400 => GatewayErrorKind.ProviderRejected,
        _ => GatewayErrorKind.ProviderMalformed,
    };

    // A protobuf Duration: seconds with a fraction and an "s" (https://protobuf.dev/programming-guides/json/).
    private static TimeSpan? Duration(string? text) =>
        text is [.. var seconds, 's']
        && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number <= LongestWait
            ? TimeSpan.FromSeconds(number)
            : null;

    private static string? Text(ReadOnlySpan<byte> value) =>
        JsonScalar.IsString(value) ? Encoding.UTF8.GetString(new JsonScratch().Text(value)) : null;

    private record struct Found(
        long? Code, string? Message, string? Status, string? Reason, string? Field, TimeSpan? RetryAfter);
}
