using System.Buffers;
using System.Text;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>Events as InvokeModelWithResponseStream packs them
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html).</summary>
internal sealed class InvokeFrames(IFrameSource inner) : IFrameSource
{
    private readonly ArrayBufferWriter<byte> _event = new();

    public WireFraming Framing => WireFraming.EventStream;

    public int Tokens => inner.Tokens;

    public ReadOnlySpan<byte> EventName => "chunk"u8;

    public ReadOnlySpan<byte> ContentName => "chunk"u8;

    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        _event.ResetWrittenCount();
        if (!inner.TryNext(_event))
        {
            return false;
        }

        payload.Write("{\"bytes\":\""u8);
        payload.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(_event.WrittenSpan)));
        payload.Write("\",\"p\":\"abcdefghij\"}"u8);
        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) => payload.Write("{\"bytes\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"bytes\":\"eyJ0eXBlIjoicGluZyJ9\"}"u8);
}
