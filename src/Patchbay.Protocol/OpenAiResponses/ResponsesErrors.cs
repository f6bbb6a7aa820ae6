using System.Text;

namespace Patchbay.Protocol;

/// <summary>The errors of https://platform.openai.com/docs/guides/error-codes, and the codes of a failed response
/// (https://platform.openai.com/docs/api-reference/responses/object, error.code).</summary>
internal static class ResponsesErrors
{
    /// <summary>What an error body says. Never throws.</summary>
    public static DialectError Read(ReadOnlySpan<byte> body, int status)
    {
        var (message, code, type) = ChatErrorReader.Read(body, status);
        return new DialectError(ChatErrorReader.Classify(code, type, status), message, ToChat(ChatErrorReader.ReadParameter(body)));
    }

    /// <summary>Hands an error that came in place of an answer, or inside a stream, to the sink: the event <c>error</c>, whose
    /// members stand at its top or in an object of their own, or the <c>error</c> of a failed response.</summary>
    public static void Report(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var (message, code, type) = ChatErrorReader.Read(json, 0);
        var word = code ?? (type is "error" or "response.failed" ? null : type) ?? "server_error";
        sink.Error(
            StatusOf(word),
            Encoding.UTF8.GetBytes(word),
            Encoding.UTF8.GetBytes(message ?? "The provider returned an error in place of an answer."));
    }

    // A failed response has no status of its own. What is not the request's fault is the provider's.
    private static int StatusOf(string code) => code switch
    {
        "rate_limit_exceeded" or "insufficient_quota" or "too_many_requests" => 429,
        "invalid_api_key" or "authentication_error" => 401,
        "vector_store_timeout" or "timeout" => 504,
        "server_is_overloaded" or "slow_down" or "overloaded" or "overloaded_error" => 503,
        "bio_policy" or "cyber_policy" or "data_residency_mismatch" or "context_length_exceeded" or "model_not_found"
            or "content_filter" or "failed_to_download_image" => 400,
        _ when code.StartsWith("invalid_", StringComparison.Ordinal) || code.StartsWith("unsupported_", StringComparison.Ordinal)
            || code.StartsWith("image_", StringComparison.Ordinal) || code.StartsWith("empty_", StringComparison.Ordinal) => 400,
        _ => 500,
    };

    // The provider names the member of its own request; the caller wrote another.
    private static string? ToChat(string? parameter) => parameter switch
    {
        null => null,
        "max_output_tokens" => "max_tokens",
        "text.verbosity" => "verbosity",
        _ when parameter.StartsWith("text.format", StringComparison.Ordinal) => "response_format",
        _ when parameter == "input" || parameter.StartsWith("input[", StringComparison.Ordinal) => "messages",
        _ => parameter,
    };
}
