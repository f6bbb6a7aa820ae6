using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Bedrock;

/// <summary>Amazon Bedrock's Converse and ConverseStream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).</summary>
internal sealed class ConverseProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.Contains("model/", StringComparison.Ordinal)
        && (operation.EndsWith(ConverseRequest.Whole) || operation.EndsWith(ConverseRequest.Streamed));

    public Task AnswerAsync(Exchange exchange) => ConverseAnswer.SendAsync(exchange);

    public void WriteError(IBufferWriter<byte> body, ErrorReply error) => BedrockErrors.Write(body, error);

    public string? ErrorName(ErrorReply error) => BedrockErrors.NameOf(error);
}
