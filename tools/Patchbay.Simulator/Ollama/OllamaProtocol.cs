using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Ollama;

/// <summary>Ollama's own chat API (https://github.com/ollama/ollama/blob/main/docs/api.md).</summary>
internal sealed class OllamaProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) => method == "POST" && operation.EndsWith("api/chat");

    public Task AnswerAsync(Exchange exchange) => OllamaAnswer.SendAsync(exchange);

    // https://github.com/ollama/ollama/blob/main/docs/api/errors.mdx
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"error\":"u8);
        body.WriteQuoted(error.Message);
        body.Write("}"u8);
    }
}
