using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>Anthropic's Messages API (https://docs.claude.com/en/api/messages).</summary>
internal sealed class AnthropicProtocol : IProtocol
{
    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.SequenceEqual("v1/messages");

    public Task AnswerAsync(Exchange exchange) => MessagesAnswer.SendAsync(exchange);

    // https://docs.claude.com/en/api/errors
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"type\":\"error\",\"error\":{\"type\":"u8);
        body.WriteQuoted(error.Type switch
        {
            "server_error" => "api_error",
            "insufficient_quota" => "billing_error",
            "invalid_request_error" when error.Status == 401 => "authentication_error",
            "invalid_request_error" when error.Status == 404 => "not_found_error",
            "invalid_request_error" when error.Status == 413 => "request_too_large",
            var type => type,
        });
        body.Write(",\"message\":"u8);
        body.WriteQuoted(error.Message);
        body.Write("},\"request_id\":\"req_sim\"}"u8);
    }
}
