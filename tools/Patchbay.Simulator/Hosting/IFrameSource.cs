using System.Buffers;

namespace Patchbay.Simulator.Hosting;

/// <summary>Produces the payloads of a stream one at a time, without waiting; the pump adds timing, framing and faults.</summary>
internal interface IFrameSource
{
    /// <summary>How payloads are set apart.</summary>
    WireFraming Framing => WireFraming.ServerSentEvents;

    /// <summary>Tokens in the payload that was written last.</summary>
    int Tokens { get; }

    /// <summary>The name of the event that the payload written last goes under; empty where events have no names.</summary>
    ReadOnlySpan<byte> EventName => default;

    /// <summary>The name of the events that faults make of <see cref="WriteContentStart"/>; empty where events have none.
    /// </summary>
    ReadOnlySpan<byte> ContentName => default;

    /// <summary>The payload that ends a stream, such as <c>[DONE]</c>; empty when the protocol has none.</summary>
    ReadOnlySpan<byte> Terminator { get; }

    /// <summary>Writes the next payload; false at the end.</summary>
    bool TryNext(IBufferWriter<byte> payload);

    /// <summary>Writes a content payload up to the place where text goes.</summary>
    void WriteContentStart(IBufferWriter<byte> payload);

    /// <summary>Writes the rest of a content payload.</summary>
    void WriteContentEnd(IBufferWriter<byte> payload);

    /// <summary>Writes the smallest payload that a client must accept.</summary>
    void WriteTiny(IBufferWriter<byte> payload);
}
