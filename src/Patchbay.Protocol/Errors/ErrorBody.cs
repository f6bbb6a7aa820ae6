using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The <c>error</c> object that OpenAI and OpenRouter clients read.</summary>
internal static class ErrorBody
{
    // The answer is never HTML: quotes and letters of any script stay readable.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteError(
        Utf8JsonWriter json, GatewayError error, bool isChunk, ReadOnlySpan<PreviousError> previous)
    {
        var row = error.Row;
        json.WriteStartObject();
        json.WriteNumber("code"u8, row.HttpStatus);
        json.WriteString("message"u8, error.Message);
        if (!isChunk)
        {
            json.WriteString("type"u8, row.OpenAiType);
            json.WriteString("param"u8, error.Parameter);
        }

        json.WriteStartObject("metadata"u8);
        json.WriteString("error_type"u8, row.ErrorType);
        json.WriteString("code"u8, row.Code);
        WriteOptional(json, "provider_name"u8, error.Provider);
        if (error.UpstreamStatus is { } status)
        {
            json.WriteNumber("provider_code"u8, status);
        }

        WriteOptional(json, "raw"u8, error.Raw);
        WriteOptional(json, "param"u8, error.Parameter);
        WriteOptional(json, "limit_source"u8, error.LimitSource);
        if (error.RetryAfter is { } wait)
        {
            json.WriteNumber("retry_after"u8, (long)Math.Ceiling(wait.TotalSeconds));
        }

        if (error.RateLimit is { } rate)
        {
            // As the headers of the answer, for programs that see only the body.
            json.WriteStartObject("headers"u8);
            json.WriteString("X-RateLimit-Limit"u8, rate.Limit.ToString(CultureInfo.InvariantCulture));
            json.WriteString("X-RateLimit-Remaining"u8, rate.Remaining.ToString(CultureInfo.InvariantCulture));
            json.WriteString("X-RateLimit-Reset"u8, rate.Reset.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        if (!previous.IsEmpty)
        {
            json.WriteStartArray("previous_errors"u8);
            foreach (var attempt in previous)
            {
                json.WriteStartObject();
                json.WriteString("provider"u8, attempt.Provider);
                json.WriteString("code"u8, attempt.Code);
                json.WriteNumber("status"u8, attempt.Status);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        if (error.Availability is { } availability)
        {
            WriteAvailability(json, availability, error.RetryAfter);
        }

        json.WriteEndObject();
    }

    private static void WriteAvailability(Utf8JsonWriter json, Availability availability, TimeSpan? wait)
    {
        json.WriteStartObject("availability"u8);
        json.WriteString("code"u8, availability.Code);
        json.WriteBoolean("retryable"u8, availability.Retryable);
        if (wait is { } time)
        {
            json.WriteNumber("retry_after"u8, (long)Math.Ceiling(time.TotalSeconds));
        }

        WriteList(json, "requested_models"u8, availability.RequestedModels, evenEmpty: true);
        WriteList(json, "affected_providers"u8, availability.AffectedProviders, evenEmpty: false);
        WriteList(json, "excluded_by"u8, availability.ExcludedBy, evenEmpty: false);
        if (availability.Field is { } field)
        {
            json.WriteStartObject("constraint"u8);
            json.WriteString("field"u8, field);
            json.WriteString("detail"u8, availability.Detail);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> words, bool evenEmpty)
    {
        if (words.Count == 0 && !evenEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        for (var i = 0; i < words.Count; i++)
        {
            json.WriteStringValue(words[i]);
        }

        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
