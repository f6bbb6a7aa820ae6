using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Mistral;

/// <summary>Mistral's chat API (https://docs.mistral.ai/api/endpoint/chat). Its routes are OpenAI's: a provider speaks it when
/// its profile says so.</summary>
internal sealed class MistralProtocol : IProtocol
{
    public string Profile => "mistral";

    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.SequenceEqual("v1/chat/completions");

    public Task AnswerAsync(Exchange exchange) => MistralAnswer.SendAsync(exchange);

    // https://docs.mistral.ai/resources/error-glossary; of a body that does not fit the schema the code is the place.
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        if (error.Status == 422)
        {
            WriteDetail(json, error);
        }
        else if (error.Status is 401 or 403)
        {
            json.WriteString("detail"u8, error.Message);
        }
        else
        {
            json.WriteString("object"u8, "error"u8);
            json.WriteString("message"u8, error.Message);
            json.WriteString("type"u8, error.Type);
            json.WriteNull("param"u8);
            json.WriteString("code"u8, error.Code);
        }

        json.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter json, ErrorReply error)
    {
        json.WriteStartArray("detail"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, error.Type);
        json.WriteStartArray("loc"u8);
        json.WriteStringValue("body"u8);
        foreach (var step in (error.Code ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(step, out var index))
            {
                json.WriteNumberValue(index);
            }
            else
            {
                json.WriteStringValue(step);
            }
        }

        json.WriteEndArray();
        json.WriteString("msg"u8, error.Message);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
