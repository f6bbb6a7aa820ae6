namespace Patchbay.Protocol;

/// <summary>What one event did to a stream.</summary>
public enum StreamProgress
{
    /// <summary>More events are due.</summary>
    More,

    /// <summary>The stream is whole.</summary>
    Done,

    /// <summary>The event is not what the dialect says; the stream cannot be read on.</summary>
    Malformed,
}

/// <summary>Reads the events of one streamed answer. Holds the state between them; not safe for use by several threads.
/// Never throws on what a provider sends.</summary>
public abstract class DialectStream
{
    /// <summary>Makes it ready for the answer to another request.</summary>
    /// <param name="request">What became of that request.</param>
    public abstract void Reset(DialectRequest request);

    /// <summary>Reads one event into the sink.</summary>
    /// <param name="name">The event's name; may be empty.</param>
    /// <param name="data">Its data.</param>
    /// <param name="sink">Receives what the event says.</param>
    public abstract StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink);
}
