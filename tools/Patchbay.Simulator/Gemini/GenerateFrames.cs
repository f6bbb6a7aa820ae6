using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;

namespace Patchbay.Simulator.Gemini;

/// <summary>The events of a streamed answer: each is an answer with the parts that are new, and the last says why it ended.
/// </summary>
internal sealed class GenerateFrames : IFrameSource
{
    private readonly List<(byte[] Data, int Tokens)> _events = [];
    private readonly GeneratePlan _plan;
    private int _next;
    private long _told;

    public GenerateFrames(GeneratePlan plan)
    {
        _plan = plan;
        foreach (var piece in plan.Thoughts)
        {
            Add(parts => GeneratePlan.WriteThought(parts, piece), tokens: 1, output: 0);
        }

        // The last piece leaves with the end.
        for (var i = 0; i < plan.Text.Length - 1; i++)
        {
            var piece = plan.Text[i];
            Add(parts => plan.WriteText(parts, piece, isSigned: false), tokens: 1, output: 1);
        }

        for (var i = 0; i < plan.Calls.Length; i++)
        {
            var call = plan.Calls[i];
            var isSigned = plan.Signs && i == 0;
            var tokens = ToolCalling.Steps([call], interleaved: false).Length;
            Add(parts => plan.WriteCall(parts, call, isSigned), tokens, tokens);
        }

        var data = Event(plan.Finish, plan.Output, parts =>
        {
            if (plan.Text.Length > 0)
            {
                plan.WriteText(parts, plan.Text[^1], plan.Signs);
            }
            else
            {
                plan.WriteText(parts, "", isSigned: false);
            }
        });
        _events.Add((data, plan.Text.Length > 0 ? 1 : 0));
    }

    public int Tokens { get; private set; }

    // The end of the body is the end.
    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        if (_next == _events.Count)
        {
            return false;
        }

        var (data, tokens) = _events[_next++];
        payload.Write(data);
        Tokens = tokens;
        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}],\"role\":\"model\"},\"index\":0}]}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"candidates\":[]}"u8);

    private void Add(Action<Utf8JsonWriter> writeParts, int tokens, int output)
    {
        _told += output;
        _events.Add((Event(null, _told, writeParts), tokens));
    }

    private byte[] Event(string? finish, long output, Action<Utf8JsonWriter> writeParts)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            _plan.WriteResponse(json, finish, output, writeParts);
        }

        return data.WrittenSpan.ToArray();
    }
}
