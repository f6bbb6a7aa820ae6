namespace Patchbay.Protocol;

/// <summary>What <see cref="ChatStreamEditor.Process"/> did with one event of the provider's stream.</summary>
public enum ChunkResult
{
    /// <summary>The event was written to the output, edited.</summary>
    Forwarded,

    /// <summary>Nothing was written: the event held only usage, or nothing at all.</summary>
    Swallowed,

    /// <summary>The end marker. Nothing was written.</summary>
    Done,

    /// <summary>The event is an error; see <see cref="ChatStreamEditor.Error"/>. Nothing was written.</summary>
    Error,

    /// <summary>The event is not one JSON object. Nothing was written.</summary>
    Malformed,
}
