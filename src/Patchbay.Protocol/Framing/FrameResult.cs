namespace Patchbay.Protocol;

/// <summary>What <see cref="FrameReader.TryRead"/> found in its buffer.</summary>
public enum FrameResult
{
    /// <summary>No whole event is buffered: fill, then try again.</summary>
    NeedMore,

    /// <summary>A whole event.</summary>
    Frame,

    /// <summary>An event longer than the cap has begun; the stream cannot be read on.</summary>
    TooLarge,

    /// <summary>The bytes are not of this framing: a checksum is wrong, or a length is not valid. The stream cannot be read
    /// on.</summary>
    Malformed,
}
