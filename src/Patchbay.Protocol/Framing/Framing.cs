namespace Patchbay.Protocol;

/// <summary>How a body is divided into the events of a stream.</summary>
public enum Framing
{
    /// <summary>Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
    ServerSentEvents,

    /// <summary>One JSON text a line (https://github.com/ndjson/ndjson-spec).</summary>
    JsonLines,

    /// <summary>Amazon's binary event stream (https://smithy.io/2.0/aws/amazon-eventstream.html).</summary>
    AmazonEventStream,
}

/// <summary>What belongs to each <see cref="Framing"/>.</summary>
public static class Framings
{
    /// <summary>The media type of a body that is framed so.</summary>
    public static string MediaType(Framing framing) => framing switch
    {
        Framing.JsonLines => "application/x-ndjson",
        Framing.AmazonEventStream => "application/vnd.amazon.eventstream",
        _ => "text/event-stream",
    };

    /// <summary>A reader for a body that is framed so. The stream stays the caller's.</summary>
    /// <param name="framing">The framing.</param>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxFrameBytes">The longest event, in bytes as received, that is accepted.</param>
    public static FrameReader Read(Framing framing, Stream source, int maxFrameBytes) => framing switch
    {
        Framing.JsonLines => new JsonLinesReader(source, maxFrameBytes),
        Framing.AmazonEventStream => new EventStreamReader(source, maxFrameBytes),
        _ => new SseFrameReader(source, maxFrameBytes),
    };
}
