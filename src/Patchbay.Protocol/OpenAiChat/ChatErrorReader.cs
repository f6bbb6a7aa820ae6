using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads the error bodies of providers that speak the OpenAI dialect, in all the shapes in which they come.</summary>
public static class ChatErrorReader
{
    private const int DeepestError = 6;

    /// <summary>The message, code and type of an error body; null where it has none. Never throws: a body that is no
    /// JSON gives nulls, and a truncated one gives what stands before the cut. The text is the provider's: it may hold
    /// secrets.</summary>
    /// <param name="body">The body.</param>
    /// <param name="status">The HTTP status; taken for the code when the body has none and the status is an error.</param>
    public static (string? Message, string? Code, string? Type) Read(ReadOnlySpan<byte> body, int status)
    {
        var found = Find(body);
        found.Code ??= status >= 400 ? status.ToString(CultureInfo.InvariantCulture) : null;
        return (found.Message, found.Code, found.Type);
    }

    /// <summary>The request member that the error is about (<c>param</c>,
    /// https://platform.openai.com/docs/guides/error-codes); null where the body names none. Never throws.</summary>
    public static string? ReadParameter(ReadOnlySpan<byte> body) => Find(body).Parameter;

    private static Found Find(ReadOnlySpan<byte> body)
    {
        var found = default(Found);
        if (Utf8.IsValid(body))
        {
            var reader = new Utf8JsonReader(body, JsonText.Strict);
            try
            {
                if (reader.Read())
                {
                    Collect(ref reader, ref found, 0);
                }
            }
            catch (JsonException)
            {
                // What was found before the fault is all there is.
            }
        }

        return found;
    }

    /// <summary>The kind of error that a provider's code, type and status stand for. What the provider says in words
    /// decides before the status does, because some send every error with status 200 or 400.</summary>
    public static GatewayErrorKind Classify(string? code, string? type, int status) =>
        ByWord(code) ?? ByWord(type) ?? ByStatus(StatusOf(code) ?? status)
        ?? (type is "invalid_request_error" or "BadRequestError"
            ? GatewayErrorKind.ProviderRejected
            : GatewayErrorKind.ProviderError);

    /// <summary>The error that stands in the place of an answer with status 200.</summary>
    internal static GatewayError ToGatewayError(ReadOnlySpan<byte> json)
    {
        var (message, code, type) = Read(json, 0);
        var kind = Classify(code, type, 0);
        return new GatewayError(kind, "The provider returned an error in place of an answer.")
        {
            UpstreamStatus = StatusOf(code),
            Raw = ErrorText.Redact(message ?? code ?? type),
            Parameter = kind == GatewayErrorKind.ProviderRejected ? ErrorText.Redact(ReadParameter(json)) : null,
        };
    }

    private static int? StatusOf(string? code) =>
        int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and < 600
            ? status
            : null;

    // https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors.
    private static GatewayErrorKind? ByWord(string? word) => word switch
    {
        "rate_limit_exceeded" or "rate_limit_error" or "rate_limited" or "RESOURCE_EXHAUSTED" or "too_many_requests"
            or "requests" or "tokens" => GatewayErrorKind.ProviderRateLimited,
        "insufficient_quota" or "billing_error" or "billing_hard_limit_reached" or "invalid_api_key"
            or "authentication_error" or "permission_error" or "UNAUTHENTICATED" or "PERMISSION_DENIED"
            or "account_deactivated" or "insufficient_balance" => GatewayErrorKind.ProviderAuth,
        "overloaded_error" or "overloaded" or "engine_overloaded" or "engine_overloaded_error" or "UNAVAILABLE"
            or "service_unavailable" or "server_overloaded" => GatewayErrorKind.ProviderOverloaded,
        "timeout" or "timeout_error" or "DEADLINE_EXCEEDED" => GatewayErrorKind.ProviderTimeout,
        "context_length_exceeded" or "invalid_request" or "invalid_prompt" or "content_policy_violation"
            or "content_filter" or "model_not_found" or "unsupported_parameter" or "unsupported_value"
            or "INVALID_ARGUMENT" or "not_found_error" => GatewayErrorKind.ProviderRejected,
        "server_error" or "api_error" or "internal_error" or "internal_server_error" or "INTERNAL" =>
            GatewayErrorKind.ProviderError,
        _ => null,
    };

    private static GatewayErrorKind? ByStatus(int status) => status switch
    {
        429 => GatewayErrorKind.ProviderRateLimited,
        401 or 402 or 403 => GatewayErrorKind.ProviderAuth,
        408 or 504 or 524 => GatewayErrorKind.ProviderTimeout,
        503 or 529 => GatewayErrorKind.ProviderOverloaded,
        >= 400 and < 500 => GatewayErrorKind.ProviderRejected,
        >= 500 => GatewayErrorKind.ProviderError,
        _ => null,
    };

    private static void Collect(ref Utf8JsonReader reader, ref Found found, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                found.Message ??= JsonText.String(reader);
                break;
            case JsonTokenType.StartArray:
                // The first entry speaks for all.
                if (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Collect(ref reader, ref found, depth + 1);
                }

                break;
            case JsonTokenType.StartObject when depth < DeepestError:
                CollectObject(ref reader, ref found, depth);
                break;
            default:
                break;
        }
    }

    private static void CollectObject(ref Utf8JsonReader reader, ref Found found, int depth)
    {
        var inner = default(Found);
        var level = reader.CurrentDepth;
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        try
        {
            while (reader.Read() && reader.CurrentDepth > level)
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != level + 1)
                {
                    continue;
                }

                switch (Name(JsonText.Text(reader, scratch)))
                {
                    case Member.Nested:
                        reader.Read();
                        Collect(ref reader, ref inner, depth + 1);
                        break;
                    case Member.Message:
                        reader.Read();
                        if (reader.TokenType == JsonTokenType.String)
                        {
                            found.Message ??= JsonText.String(reader);
                        }

                        break;
                    case Member.Code:
                        reader.Read();
                        found.Code ??= Scalar(reader);
                        break;
                    case Member.Type:
                        reader.Read();
                        found.Type ??= Scalar(reader);
                        break;
                    case Member.Parameter:
                        reader.Read();
                        found.Parameter ??= Scalar(reader);
                        break;
                    default:
                        break;
                }
            }
        }
        finally
        {
            // The innermost error object knows best.
            found = new Found(
                inner.Message ?? found.Message,
                inner.Code ?? found.Code,
                inner.Type ?? found.Type,
                inner.Parameter ?? found.Parameter);
        }
    }

    private static string? Scalar(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => JsonText.String(reader),
        JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
        _ => null,
    };

    private static Member Name(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("error"u8) || name.SequenceEqual("errors"u8) || name.SequenceEqual("detail"u8))
        {
            return Member.Nested;
        }

        if (name.SequenceEqual("message"u8) || name.SequenceEqual("msg"u8) || name.SequenceEqual("error_message"u8))
        {
            return Member.Message;
        }

        if (name.SequenceEqual("code"u8) || name.SequenceEqual("status_code"u8))
        {
            return Member.Code;
        }

        if (name.SequenceEqual("param"u8))
        {
            return Member.Parameter;
        }

        return name.SequenceEqual("type"u8) || name.SequenceEqual("status"u8) ? Member.Type : Member.Other;
    }

    private enum Member
    {
        Other,
        Nested,
        Message,
        Code,
        Type,
        Parameter,
    }

    private record struct Found(string? Message, string? Code, string? Type, string? Parameter);
}
