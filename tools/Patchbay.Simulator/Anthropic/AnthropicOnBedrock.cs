using System.Buffers;
using Patchbay.Simulator.Bedrock;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>The Messages API on Amazon Bedrock
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html).</summary>
internal sealed class AnthropicOnBedrock : IProtocol
{
    private const string Whole = "/invoke";
    private const string Streamed = "/invoke-with-response-stream";

    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.Contains("model/", StringComparison.Ordinal)
        && (operation.EndsWith(Whole) || operation.EndsWith(Streamed));

    public Task AnswerAsync(Exchange exchange)
    {
        if (SignatureCheck.Refuse(exchange) is { } refusal)
        {
            return PlainAnswer.SendErrorAsync(exchange, refusal);
        }

        var request = MessagesRequest.Read(
            exchange.Body,
            new MessagesAddress(
                ConverseRequest.ModelIn(exchange.Path),
                exchange.Path.EndsWith(Streamed, StringComparison.Ordinal),
                "bedrock-2023-05-31",
                BodySaysStream: false));
        return MessagesAnswer.SendAsync(exchange, request, static frames => new InvokeFrames(frames));
    }

    public void WriteError(IBufferWriter<byte> body, ErrorReply error) => BedrockErrors.Write(body, error);

    public string? ErrorName(ErrorReply error) => BedrockErrors.NameOf(error);
}
