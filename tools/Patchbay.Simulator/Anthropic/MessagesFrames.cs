using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>The events of a streamed message, in the order of
/// https://docs.claude.com/en/docs/build-with-claude/streaming. The last of them is the end.</summary>
internal sealed class MessagesFrames : NamedFrames
{
    public MessagesFrames(MessagesPlan plan, Behavior settings)
    {
        Add("message_start", json =>
        {
            json.WriteStartObject("message"u8);
            plan.WriteHead(json);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            plan.WriteUsage(json, 1);
            json.WriteEndObject();
        });
        var block = 0;
        if (plan.Thoughts.Length > 0)
        {
            AddThinking(plan, block++);
        }

        foreach (var data in plan.Redacted)
        {
            Start(block, "redacted_thinking", json => json.WriteString("data"u8, data));
            Stop(block++);
        }

        if (plan.Text.Length > 0)
        {
            AddText(plan.Text, block++);
        }

        foreach (var call in plan.Calls)
        {
            AddCall(call, block++);
        }

        if (plan.StopReason is not null)
        {
            Add("message_delta", json =>
            {
                json.WriteStartObject("delta"u8);
                plan.WriteEnd(json);
                json.WriteEndObject();
                plan.WriteUsage(json, plan.Usage.Output);
            });
        }

        if (settings.Fault != FaultKind.MissingDone)
        {
            Add("message_stop", static _ => { });
        }
    }

    public override void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""u8);

    public override void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}}"u8);

    public override void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"type\":\"ping\"}"u8);

    protected override void WriteStart(Utf8JsonWriter json, string name) => json.WriteString("type"u8, name);

    private void AddThinking(MessagesPlan plan, int index)
    {
        Start(index, "thinking", static json =>
        {
            json.WriteString("thinking"u8, ""u8);
            json.WriteString("signature"u8, ""u8);
        });
        Add("ping", static _ => { });
        foreach (var piece in plan.Thoughts)
        {
            Delta(index, "thinking_delta", "thinking", piece, 1);
        }

        Delta(index, "signature_delta", "signature", ThinkingSignature.Of(plan.Thought), 0);
        Stop(index);
    }

    private void AddText(string[] pieces, int index)
    {
        Start(index, "text", static json => json.WriteString("text"u8, ""u8));
        foreach (var piece in pieces)
        {
            Delta(index, "text_delta", "text", piece, 1);
        }

        Stop(index);
    }

    private void AddCall(ToolCall call, int index)
    {
        Start(index, "tool_use", json =>
        {
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WriteStartObject("input"u8);
            json.WriteEndObject();
        });
        foreach (var step in ToolCalling.Steps([call], interleaved: false))
        {
            if (step.Arguments is { } piece)
            {
                Delta(index, "input_json_delta", "partial_json", JsonSerializer.Deserialize<string>([(byte)'"', .. piece, (byte)'"'])!, 1);
            }
        }

        Stop(index);
    }

    private void Start(int index, string type, Action<Utf8JsonWriter> write) => Add("content_block_start", json =>
    {
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("content_block"u8);
        json.WriteString("type"u8, type);
        write(json);
        json.WriteEndObject();
    });

    private void Delta(int index, string type, string member, string piece, int tokens) => Add(
        "content_block_delta",
        json =>
        {
            json.WriteNumber("index"u8, index);
            json.WriteStartObject("delta"u8);
            json.WriteString("type"u8, type);
            json.WriteString(member, piece);
            json.WriteEndObject();
        },
        tokens);

    private void Stop(int index) => Add("content_block_stop", json => json.WriteNumber("index"u8, index));
}
