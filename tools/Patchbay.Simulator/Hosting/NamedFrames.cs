using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Patchbay.Simulator.Hosting;

/// <summary>Events with names, each a JSON object, all planned before the first is sent.</summary>
internal abstract class NamedFrames : IFrameSource
{
    private readonly List<(string Name, byte[] Data, int Tokens)> _events = [];
    private int _next;

    public virtual WireFraming Framing => WireFraming.ServerSentEvents;

    public int Tokens { get; private set; }

    public ReadOnlySpan<byte> EventName => _next == 0 ? default : Encoding.ASCII.GetBytes(_events[_next - 1].Name);

    public virtual ReadOnlySpan<byte> ContentName => default;

    public virtual ReadOnlySpan<byte> Terminator => default;

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

    public abstract void WriteContentStart(IBufferWriter<byte> payload);

    public abstract void WriteContentEnd(IBufferWriter<byte> payload);

    public abstract void WriteTiny(IBufferWriter<byte> payload);

    /// <summary>Writes what every event begins with.</summary>
    protected virtual void WriteStart(Utf8JsonWriter json, string name)
    {
    }

    /// <summary>Writes what every event ends with.</summary>
    protected virtual void WriteEnd(Utf8JsonWriter json, int index)
    {
    }

    protected void Add(string name, Action<Utf8JsonWriter> write, int tokens = 0)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            WriteStart(json, name);
            write(json);
            WriteEnd(json, _events.Count);
            json.WriteEndObject();
        }

        _events.Add((name, data.WrittenSpan.ToArray(), tokens));
    }
}
