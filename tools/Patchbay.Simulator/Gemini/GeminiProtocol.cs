using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Gemini;

/// <summary>Google's generateContent, of the Gemini API (https://ai.google.dev/api/generate-content) and, below a project, of
/// Vertex AI.</summary>
internal sealed class GeminiProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && (operation.EndsWith(GenerateRequest.Whole) || operation.EndsWith(GenerateRequest.Streamed));

    public Task AnswerAsync(Exchange exchange) => GenerateAnswer.SendAsync(exchange);

    // https://ai.google.dev/gemini-api/docs/troubleshooting
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"error\":{\"code\":"u8);
        body.WriteNumber(error.Status);
        body.Write(",\"message\":"u8);
        body.WriteQuoted(error.Message);
        body.Write(",\"status\":"u8);
        var status = error.Type.Length > 0 && char.IsAsciiLetterUpper(error.Type[0]) ? error.Type : StatusOf(error.Status);
        body.WriteQuoted(status);
        if (status == "RESOURCE_EXHAUSTED")
        {
            body.Write(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"7.2s\"}]"u8);
        }

        body.Write("}}"u8);
    }

    private static string StatusOf(int status) => status switch
    {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        503 or 529 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        >= 500 => "INTERNAL",
        _ => "UNKNOWN",
    };
}
