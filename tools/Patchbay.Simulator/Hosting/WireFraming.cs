namespace Patchbay.Simulator.Hosting;

/// <summary>How the payloads of a stream are set apart from each other.</summary>
internal enum WireFraming
{
    /// <summary>As <c>text/event-stream</c>, in the scripted style.</summary>
    ServerSentEvents,

    /// <summary>As <c>application/x-ndjson</c>.</summary>
    JsonLines,

    /// <summary>As <c>application/vnd.amazon.eventstream</c>.</summary>
    EventStream,
}
