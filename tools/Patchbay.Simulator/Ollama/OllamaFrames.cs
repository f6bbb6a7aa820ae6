using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Ollama;

/// <summary>The lines of a streamed answer: each an answer with what is new, and the last has the counts.</summary>
internal sealed class OllamaFrames : IFrameSource
{
    private readonly OllamaPlan _plan;
    private readonly List<(byte[] Data, int Tokens)> _lines = [];
    private int _next;

    public OllamaFrames(OllamaPlan plan)
    {
        _plan = plan;
        foreach (var piece in plan.Thoughts)
        {
            Add(json =>
            {
                json.WriteString("content"u8, ""u8);
                json.WriteString("thinking"u8, piece);
            });
        }

        foreach (var piece in plan.Text)
        {
            Add(json => json.WriteString("content"u8, piece));
        }

        // A call comes whole.
        foreach (var call in plan.Calls)
        {
            Add(json =>
            {
                json.WriteString("content"u8, ""u8);
                OllamaPlan.WriteCalls(json, [call]);
            });
        }

        if (plan.Reason is not null)
        {
            Add(static json => json.WriteString("content"u8, ""u8), isLast: true);
        }
    }

    public WireFraming Framing => WireFraming.JsonLines;

    public int Tokens { get; private set; }

    // The last line is the end.
    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        if (_next == _lines.Count)
        {
            return false;
        }

        var (data, tokens) = _lines[_next++];
        payload.Write(data);
        Tokens = tokens;
        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"message\":{\"role\":\"assistant\",\"content\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"},\"done\":false}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"done\":false}"u8);

    private void Add(Action<Utf8JsonWriter> writeMessage, bool isLast = false)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            _plan.Write(json, isLast, writeMessage);
        }

        _lines.Add((data.WrittenSpan.ToArray(), isLast ? 0 : 1));
    }
}
