namespace Patchbay.Protocol;

/// <summary>One server-sent event. The spans point into the reader's buffer and are valid until the reader is used
/// again.</summary>
public readonly ref struct SseFrame
{
    internal SseFrame(ReadOnlySpan<byte> data, ReadOnlySpan<byte> eventName)
    {
        Data = data;
        Event = eventName;
    }

    /// <summary>The event's data: the values of its <c>data</c> lines, joined with a line feed.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The event's name from its last <c>event</c> line; empty when it has none.</summary>
    public ReadOnlySpan<byte> Event { get; }

    /// <summary>True for the end marker of the OpenAI dialects, <c>[DONE]</c>.</summary>
    public bool IsDone => Data.SequenceEqual("[DONE]"u8);
}
