using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>The lines of a recording, one payload each, unchanged.</summary>
internal sealed class RecordedFrames(byte[] recording) : IFrameSource
{
    private int _position;

    public int Tokens { get; private set; }

    public ReadOnlySpan<byte> Terminator => "[DONE]"u8;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        Tokens = 0;
        while (_position < recording.Length)
        {
            var rest = recording.AsSpan(_position);
            var end = rest.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
            _position += end < 0 ? rest.Length : end + 1;
            if (!line.IsEmpty)
            {
                payload.Write(line);
                Tokens = 1;
                return true;
            }
        }

        return false;
    }

    public void WriteContentStart(IBufferWriter<byte> payload) =>
        payload.Write("{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8);

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"},\"finish_reason\":null}]}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"choices\":[]}"u8);
}
