using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Anthropic;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;

namespace Patchbay.Simulator.Bedrock;

/// <summary>The events of ConverseStream, in the order of
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html.</summary>
internal sealed class ConverseFrames : NamedFrames
{
    public ConverseFrames(MessagesPlan plan)
    {
        Add("messageStart", static json => json.WriteString("role"u8, "assistant"u8));
        var block = 0;
        if (plan.Thoughts.Length > 0)
        {
            foreach (var piece in plan.Thoughts)
            {
                Reasoning(block, "text", piece, 1);
            }

            Reasoning(block, "signature", ThinkingSignature.Of(plan.Thought), 0);
            Stop(block++);
        }

        foreach (var data in plan.Redacted)
        {
            Reasoning(block, "redactedContent", ConverseMessage.Redacted(data), 0);
            Stop(block++);
        }

        if (plan.Text.Length > 0)
        {
            foreach (var piece in plan.Text)
            {
                Delta(block, json => json.WriteString("text"u8, piece), 1);
            }

            Stop(block++);
        }

        foreach (var call in plan.Calls)
        {
            AddCall(block++, call);
        }

        if (plan.StopReason is not null)
        {
            Add("messageStop", json => ConverseMessage.WriteStop(plan, json));
        }

        Add("metadata", json =>
        {
            ConverseMessage.WriteUsage(plan, json);
            json.WriteStartObject("metrics"u8);
            json.WriteNumber("latencyMs"u8, 7);
            json.WriteEndObject();
        });
    }

    public override WireFraming Framing => WireFraming.EventStream;

    public override ReadOnlySpan<byte> ContentName => "contentBlockDelta"u8;

    public override void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"contentBlockIndex\":0,\"delta\":{\"text\":\""u8);

    public override void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}}"u8);

    public override void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\"}}"u8);

    // Padding in "p" hides how long a text is.
    protected override void WriteEnd(Utf8JsonWriter json, int index) => json.WriteString("p"u8, "abcdefghijklmnop".AsSpan(0, index % 16));

    private void AddCall(int block, ToolCall call)
    {
        Add("contentBlockStart", json =>
        {
            json.WriteNumber("contentBlockIndex"u8, block);
            json.WriteStartObject("start"u8);
            json.WriteStartObject("toolUse"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("toolUseId"u8, call.Id);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        foreach (var step in ToolCalling.Steps([call], interleaved: false))
        {
            if (step.Arguments is { } piece)
            {
                var text = JsonSerializer.Deserialize<string>([(byte)'"', .. piece, (byte)'"'])!;
                Delta(block, json =>
                {
                    json.WriteStartObject("toolUse"u8);
                    json.WriteString("input"u8, text);
                    json.WriteEndObject();
                }, 1);
            }
        }

        Stop(block);
    }

    private void Reasoning(int block, string member, string value, int tokens) => Delta(block, json =>
    {
        json.WriteStartObject("reasoningContent"u8);
        json.WriteString(member, value);
        json.WriteEndObject();
    }, tokens);

    private void Delta(int block, Action<Utf8JsonWriter> write, int tokens) => Add("contentBlockDelta", json =>
    {
        json.WriteNumber("contentBlockIndex"u8, block);
        json.WriteStartObject("delta"u8);
        write(json);
        json.WriteEndObject();
    }, tokens);

    private void Stop(int block) => Add("contentBlockStop", json => json.WriteNumber("contentBlockIndex"u8, block));
}
