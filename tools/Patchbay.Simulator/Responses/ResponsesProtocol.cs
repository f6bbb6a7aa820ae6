using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Responses;

/// <summary>OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses).</summary>
internal sealed class ResponsesProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.SequenceEqual("v1/responses");

    public Task AnswerAsync(Exchange exchange) => ResponsesAnswer.SendAsync(exchange);

    // https://platform.openai.com/docs/guides/error-codes; what is refused is named before the colon.
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        var end = error.Type == "invalid_request_error" ? error.Message.IndexOf(": ", StringComparison.Ordinal) : -1;
        body.Write("{\"error\":{\"message\":"u8);
        body.WriteQuoted(end < 0 ? error.Message : error.Message[(end + 2)..]);
        body.Write(",\"type\":"u8);
        body.WriteQuoted(error.Type);
        body.Write(",\"param\":"u8);
        WriteOptional(body, end < 0 ? null : error.Message[..end]);
        body.Write(",\"code\":"u8);
        WriteOptional(body, error.Code);
        body.Write("}}"u8);
    }

    private static void WriteOptional(IBufferWriter<byte> body, string? text)
    {
        if (text is null)
        {
            body.Write("null"u8);
        }
        else
        {
            body.WriteQuoted(text);
        }
    }
}
