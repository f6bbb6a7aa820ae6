using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Bedrock;

/// <summary>The lines of a recording, each an object whose only member is the event under its name.</summary>
internal sealed class RecordedConverse(byte[] recording) : IFrameSource
{
    private readonly string[] _lines = Encoding.UTF8.GetString(recording).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    private string _name = "";
    private int _next;

    public WireFraming Framing => WireFraming.EventStream;

    public int Tokens => 1;

    public ReadOnlySpan<byte> EventName => Encoding.ASCII.GetBytes(_name);

    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        if (_next == _lines.Length)
        {
            return false;
        }

        foreach (var (name, value) in JsonNode.Parse(_lines[_next++])!.AsObject())
        {
            _name = name;
            payload.Write(Encoding.UTF8.GetBytes(value!.ToJsonString()));
        }

        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) => payload.Write("{\"contentBlockIndex\":0,\"delta\":{\"text\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{}"u8);
}
