using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Cohere;

/// <summary>Cohere's chat API, version 2 (https://docs.cohere.com/reference/chat).</summary>
internal sealed class CohereProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && (operation.SequenceEqual("v2/chat") || operation.SequenceEqual("v1/chat"));

    public Task AnswerAsync(Exchange exchange) => CohereAnswer.SendAsync(exchange);

    // https://docs.cohere.com/reference/errors
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"id\":\"sim-error\",\"message\":"u8);
        body.WriteQuoted(error.Message);
        body.Write("}"u8);
    }
}
