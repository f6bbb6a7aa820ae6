using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>The OpenAI routes: chat completions, embeddings and models.</summary>
internal sealed class OpenAiProtocol : IProtocol
{
    private const string Chat = "v1/chat/completions";
    private const string Embeddings = "v1/embeddings";
    private const string Models = "v1/models";

    public bool Serves(string method, ReadOnlySpan<char> operation) => method switch
    {
        "POST" => operation.SequenceEqual(Chat) || operation.SequenceEqual(Embeddings) || IsPartnerModel(operation),
        "GET" => operation.SequenceEqual(Models) || operation.StartsWith(Models + "/"),
        _ => false,
    };

    public Task AnswerAsync(Exchange exchange)
    {
        if (exchange.Method == "GET")
        {
            return ModelsAnswer.SendAsync(exchange);
        }

        return exchange.Path.EndsWith(Embeddings, StringComparison.Ordinal)
            ? EmbeddingsAnswer.SendAsync(exchange)
            : ChatAnswer.SendAsync(exchange);
    }

    // Vertex AI passes such bodies on: https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral.
    private static bool IsPartnerModel(ReadOnlySpan<char> operation) =>
        (operation.EndsWith(":rawPredict") || operation.EndsWith(":streamRawPredict"))
        && (operation.Contains("mistralai/models/", StringComparison.Ordinal) || operation.Contains("ai21/models/", StringComparison.Ordinal));

    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"error\":{\"message\":"u8);
        body.WriteQuoted(error.Message);
        body.Write(",\"type\":"u8);
        body.WriteQuoted(error.Type);
        body.Write(",\"param\":null,\"code\":"u8);
        if (error.Code is null)
        {
            body.Write("null"u8);
        }
        else
        {
            body.WriteQuoted(error.Code);
        }

        body.Write("}}"u8);
    }
}
