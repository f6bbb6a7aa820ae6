namespace Patchbay.Protocol;

/// <summary>What <see cref="SseFrameReader.TryRead"/> found in its buffer.</summary>
public enum SseReadResult
{
    /// <summary>No whole event is buffered: fill, then try again.</summary>
    NeedMore,

    /// <summary>A whole event.</summary>
    Frame,

    /// <summary>An event longer than the cap has begun; the stream cannot be read on.</summary>
    TooLarge,
}
