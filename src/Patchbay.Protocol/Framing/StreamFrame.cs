namespace Patchbay.Protocol;

/// <summary>One event of a streamed answer. The spans point into the reader's buffer and are valid until the reader is used
/// again.</summary>
public readonly ref struct StreamFrame
{
    internal StreamFrame(ReadOnlySpan<byte> data, ReadOnlySpan<byte> eventName)
    {
        Data = data;
        Event = eventName;
    }

    /// <summary>The event's data.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The event's name; empty when it has none.</summary>
    public ReadOnlySpan<byte> Event { get; }

    /// <summary>True for the end marker of the OpenAI dialects, <c>[DONE]</c>.</summary>
    public bool IsDone => Data.SequenceEqual("[DONE]"u8);
}
