using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;

namespace Patchbay.Simulator.Cohere;

/// <summary>The events of a streamed answer, in the order of https://docs.cohere.com/v2/docs/streaming.</summary>
internal sealed class CohereFrames : NamedFrames
{
    public CohereFrames(CoherePlan plan)
    {
        Add("message-start", json =>
        {
            json.WriteString("id"u8, plan.Id);
            WriteMessage(json, static json =>
            {
                json.WriteString("role"u8, "assistant"u8);
                json.WriteStartArray("content"u8);
                json.WriteEndArray();
                json.WriteString("tool_plan"u8, ""u8);
                json.WriteStartArray("tool_calls"u8);
                json.WriteEndArray();
                json.WriteStartArray("citations"u8);
                json.WriteEndArray();
            });
        });
        var index = 0;
        AddContent("thinking", plan.Thoughts, ref index);
        foreach (var piece in plan.Plan)
        {
            Add("tool-plan-delta", json => WriteMessage(json, json => json.WriteString("tool_plan"u8, piece)));
        }

        AddContent("text", plan.Text, ref index);
        for (var i = 0; i < plan.Calls.Length; i++)
        {
            AddCall(plan.Calls[i], i);
        }

        if (plan.Finish is not null)
        {
            Add("message-end", json =>
            {
                json.WriteStartObject("delta"u8);
                plan.WriteEnd(json);
                json.WriteEndObject();
            });
        }
    }

    public override ReadOnlySpan<byte> Terminator => "[DONE]"u8;

    public override void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\""u8);

    public override void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}}}}"u8);

    public override void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"type\":\"content-end\",\"index\":0}"u8);

    protected override void WriteStart(Utf8JsonWriter json, string name) => json.WriteString("type"u8, name);

    private void AddContent(string type, string[] pieces, ref int index)
    {
        if (pieces.Length == 0)
        {
            return;
        }

        var at = index++;
        Add("content-start", json =>
        {
            json.WriteNumber("index"u8, at);
            WriteMessage(json, json =>
            {
                json.WriteStartObject("content"u8);
                json.WriteString("type"u8, type);
                json.WriteString(type, ""u8);
                json.WriteEndObject();
            });
        });
        foreach (var piece in pieces)
        {
            Add("content-delta", json =>
            {
                json.WriteNumber("index"u8, at);
                WriteMessage(json, json =>
                {
                    json.WriteStartObject("content"u8);
                    json.WriteString(type, piece);
                    json.WriteEndObject();
                });
            }, 1);
        }

        Add("content-end", json => json.WriteNumber("index"u8, at));
    }

    private void AddCall(ToolCall call, int index)
    {
        Add("tool-call-start", json =>
        {
            json.WriteNumber("index"u8, index);
            WriteMessage(json, json =>
            {
                json.WritePropertyName("tool_calls"u8);
                CoherePlan.WriteCall(json, call, "");
            });
        });
        foreach (var step in ToolCalling.Steps([call], interleaved: false))
        {
            if (step.Arguments is { } piece)
            {
                var text = JsonSerializer.Deserialize<string>([(byte)'"', .. piece, (byte)'"'])!;
                Add("tool-call-delta", json =>
                {
                    json.WriteNumber("index"u8, index);
                    WriteMessage(json, json =>
                    {
                        json.WriteStartObject("tool_calls"u8);
                        json.WriteStartObject("function"u8);
                        json.WriteString("arguments"u8, text);
                        json.WriteEndObject();
                        json.WriteEndObject();
                    });
                }, 1);
            }
        }

        Add("tool-call-end", json => json.WriteNumber("index"u8, index));
    }

    private static void WriteMessage(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject("delta"u8);
        json.WriteStartObject("message"u8);
        write(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
