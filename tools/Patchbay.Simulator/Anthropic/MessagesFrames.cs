using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>The events of a streamed message, in the order of
/// https://docs.claude.com/en/docs/build-with-claude/streaming.</summary>
internal sealed class MessagesFrames : IFrameSource
{
    private readonly List<(string Name, byte[] Data, int Tokens)> _events = [];
    private int _next;

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

    public int Tokens { get; private set; }

    public ReadOnlySpan<byte> EventName => _next == 0 ? default : Encoding.ASCII.GetBytes(_events[_next - 1].Name);

    // The last event is the end.
    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        if (_next == _events.Count)
        {
            return false;
        }

        var (_, data, tokens) = _events[_next++];
        payload.Write(data);
        Tokens = tokens;
        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"type\":\"ping\"}"u8);

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

    private void Add(string name, Action<Utf8JsonWriter> write, int tokens = 0)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, name);
            write(json);
            json.WriteEndObject();
        }

        _events.Add((name, data.WrittenSpan.ToArray(), tokens));
    }
}
