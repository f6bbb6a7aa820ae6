using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Mistral;

/// <summary>The chunks of a streamed answer: thoughts are parts of the content, all calls come in the last chunk, and that has
/// the usage without being asked.</summary>
internal sealed class MistralFrames : NamedFrames
{
    private readonly MistralPlan _plan;

    public MistralFrames(MistralPlan plan)
    {
        _plan = plan;
        AddDelta(static json =>
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, ""u8);
        });
        foreach (var piece in plan.Thoughts)
        {
            AddDelta(json => WriteParts(json, json => MistralPlan.WriteThought(json, piece)), 1);
        }

        // Who thinks goes on in parts.
        foreach (var piece in plan.Text)
        {
            AddDelta(
                plan.Thoughts.Length > 0
                    ? json => WriteParts(json, json => MistralPlan.WriteText(json, piece))
                    : json => json.WriteString("content"u8, piece),
                1);
        }

        if (plan.Finish is not null)
        {
            AddDelta(
                json =>
                {
                    json.WriteString("content"u8, ""u8);
                    plan.WriteCalls(json);
                },
                plan.Calls.Length,
                plan.Finish);
        }
    }

    public override ReadOnlySpan<byte> Terminator => "[DONE]"u8;

    public override void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8);

    public override void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"},\"finish_reason\":null}]}"u8);

    public override void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"choices\":[]}"u8);

    private static void WriteParts(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        json.WriteStartArray("content"u8);
        write(json);
        json.WriteEndArray();
    }

    private void AddDelta(Action<Utf8JsonWriter> write, int tokens = 0, string? finish = null) => Add(
        "",
        json =>
        {
            _plan.WriteHead(json, "chat.completion.chunk");
            MistralPlan.WriteChoice(json, "delta", finish, write);
            if (finish is not null)
            {
                _plan.WriteUsage(json);
            }
        },
        tokens);
}
