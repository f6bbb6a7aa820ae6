using System.Buffers;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Gemini;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>The Messages API on Vertex AI (https://docs.claude.com/en/api/claude-on-vertex-ai).</summary>
internal sealed class AnthropicOnVertex : IProtocol
{
    private const string Whole = ":rawPredict";
    private const string Streamed = ":streamRawPredict";

    private readonly AnthropicProtocol _anthropic = new();
    private readonly GeminiProtocol _google = new();

    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && (operation.EndsWith(Whole) || operation.EndsWith(Streamed));

    public Task AnswerAsync(Exchange exchange)
    {
        if (exchange.Header("Authorization")?.StartsWith("Bearer ", StringComparison.Ordinal) != true)
        {
            return PlainAnswer.SendErrorAsync(exchange, new ErrorReply(
                401, "UNAUTHENTICATED", null, "Request is missing required authentication credential."));
        }

        var path = exchange.Path;
        var request = MessagesRequest.Read(
            exchange.Body,
            new MessagesAddress(
                path[(path.LastIndexOf("models/", StringComparison.Ordinal) + "models/".Length)..path.LastIndexOf(':')],
                path.EndsWith(Streamed, StringComparison.Ordinal),
                "vertex-2023-10-16",
                BodySaysStream: true));
        return MessagesAnswer.SendAsync(exchange, request);
    }

    // What Google itself refuses has its form; the rest is Anthropic's.
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        if (error.Status is 401 or 403 or 404 or 429)
        {
            _google.WriteError(body, error);
        }
        else
        {
            _anthropic.WriteError(body, error);
        }
    }
}
