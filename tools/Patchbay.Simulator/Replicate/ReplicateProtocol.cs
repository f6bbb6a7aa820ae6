using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Replicate;

/// <summary>Replicate's predictions of official models, waited for
/// (https://replicate.com/docs/reference/http#models.predictions.create). <c>finish=processing</c> plays one that does not end
/// in time, <c>finish=failed</c> one that fails.</summary>
internal sealed class ReplicateProtocol : IProtocol
{
    private const string Models = "v1/models/";
    private const string Predictions = "/predictions";

    public bool Serves(string method, ReadOnlySpan<char> operation) =>
        method == "POST" && operation.StartsWith(Models) && operation.EndsWith(Predictions);

    public Task AnswerAsync(Exchange exchange)
    {
        if (exchange.Header("Authorization")?.StartsWith("Bearer ", StringComparison.Ordinal) != true)
        {
            return PlainAnswer.SendErrorAsync(exchange, new ErrorReply(401, "Unauthenticated", null, "You did not pass an authentication token"));
        }

        var start = exchange.Path.IndexOf(Models, StringComparison.Ordinal) + Models.Length;
        var model = exchange.Understand(Uri.UnescapeDataString(exchange.Path[start..^Predictions.Length]), streaming: false);
        var settings = exchange.Settings;
        if (settings.Status != 200)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        using var document = Body.Parse(exchange.Body);
        var chat = ChatRequest.Read(ToChat(document.RootElement));
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = ChatPlan.Create(exchange, chat, model);
        exchange.PlannedTokens = plan.CompletionTokens;
        Write(exchange, plan, exchange.Header("Prefer") is not null);
        return PlainAnswer.SendJsonAsync(exchange, 201);
    }

    // https://replicate.com/docs/topics/predictions/error-codes
    public void WriteError(IBufferWriter<byte> body, ErrorReply error)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("title"u8, error.Type);
        json.WriteString("detail"u8, error.Message);
        json.WriteNumber("status"u8, error.Status);
        json.WriteEndObject();
    }

    private static byte[] ToChat(JsonElement root)
    {
        Body.Require(
            root.TryGetProperty("input"u8, out var input) && Body.Text(input, "prompt") is { Length: > 0 },
            "- input: prompt is required");
        var messages = new JsonArray();
        if (Body.Text(input, "system_prompt") is { } system)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = system });
        }

        messages.Add(new JsonObject { ["role"] = "user", ["content"] = Body.Text(input, "prompt") });
        var chat = new JsonObject { ["model"] = "m", ["messages"] = messages };
        if (input.TryGetProperty("max_tokens"u8, out var limit))
        {
            chat["max_tokens"] = limit.GetInt32();
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    private static void Write(Exchange exchange, ChatPlan plan, bool waits)
    {
        var status = !waits ? "starting" : plan.Finish is "stop" or "length" ? "succeeded" : plan.Finish;
        using var json = new Utf8JsonWriter(exchange.Payload);
        json.WriteStartObject();
        json.WriteString("id"u8, $"sim-prediction-{plan.Sequence}");
        json.WriteString("model"u8, plan.Model);
        json.WriteString("version"u8, "hidden"u8);
        json.WriteString("status"u8, status);
        json.WriteString("error"u8, status == "failed" ? "Prediction failed" : null);
        json.WriteStartArray("output"u8);
        foreach (var piece in status == "succeeded" ? plan.Texts() : [])
        {
            json.WriteStringValue(piece);
        }

        json.WriteEndArray();
        if (status == "succeeded" && exchange.Settings.Usage != UsageShape.Missing)
        {
            json.WriteStartObject("metrics"u8);
            json.WriteNumber("predict_time"u8, 0.5);
            json.WriteNumber("input_token_count"u8, plan.Usage.Prompt);
            json.WriteNumber("output_token_count"u8, plan.Usage.Completion);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
