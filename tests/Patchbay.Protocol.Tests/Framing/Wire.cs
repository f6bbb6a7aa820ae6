using System.Buffers;
using System.Text;

namespace Patchbay.Protocol.Tests;

/// <summary>Events as each framing writes them, and as its reader reads them.</summary>
internal static class Wire
{
    public static readonly Framing[] Framings = Enum.GetValues<Framing>();

    /// <summary>What a framing makes of events. Lines have no names.</summary>
    public static byte[] Write(Framing framing, IEnumerable<(string Name, string Data)> events)
    {
        var output = new ArrayBufferWriter<byte>();
        using var messages = new EventMessageWriter();
        foreach (var (name, data) in events)
        {
            switch (framing)
            {
                case Framing.AmazonEventStream:
                    messages.AddText(":message-type"u8, "event"u8);
                    messages.AddText(":event-type"u8, Encoding.UTF8.GetBytes(name));
                    messages.Finish(Encoding.UTF8.GetBytes(data), output);
                    break;
                case Framing.JsonLines:
                    output.Write(Encoding.UTF8.GetBytes(data + "\n"));
                    break;
                default:
                    output.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n"));
                    break;
            }
        }

        return output.WrittenSpan.ToArray();
    }

    public static List<string> Expect(Framing framing, IEnumerable<(string Name, string Data)> events) =>
        [.. events.Select(one => (framing == Framing.JsonLines ? "" : one.Name) + "|" + one.Data)];

    /// <summary>The events of a stream, in the order of the relay's calls; the last says what was wrong with it, if
    /// anything was.</summary>
    public static async Task<List<string>> ReadAsync(Framing framing, Stream source, int cap = 8 * 1024 * 1024)
    {
        using var reader = Protocol.Framings.Read(framing, source, cap);
        var events = new List<string>();
        var more = true;
        while (more)
        {
            more = await reader.FillAsync(CancellationToken.None);
            if (!Drain(reader, events, !more))
            {
                return events;
            }
        }

        return events;
    }

    public static Task<List<string>> ReadAsync(Framing framing, byte[] stream, int[] cuts, int cap = 8 * 1024 * 1024) =>
        ReadAsync(framing, new SseFrameReaderTests.ChoppedStream(stream, cuts), cap);

    private static bool Drain(FrameReader reader, List<string> events, bool atEnd)
    {
        while (true)
        {
            switch (reader.TryRead(out var frame))
            {
                case FrameResult.Frame:
                case FrameResult.NeedMore when atEnd && reader.TryReadRemainder(out frame):
                    events.Add(Encoding.UTF8.GetString(frame.Event) + "|" + Encoding.UTF8.GetString(frame.Data));
                    break;
                case FrameResult.NeedMore:
                    if (atEnd && reader.HasRemainder)
                    {
                        events.Add("cut");
                    }

                    return true;
                case var broken:
                    events.Add(broken.ToString());
                    return false;
            }
        }
    }
}
