namespace Patchbay.Protocol;

/// <summary>What <see cref="EventStreamReader.TryRead"/> found in its buffer.</summary>
public enum EventStreamReadResult
{
    /// <summary>No whole message is buffered: fill, then try again.</summary>
    NeedMore,

    /// <summary>A whole message, its checksums right.</summary>
    Message,

    /// <summary>A message longer than the cap has begun; the stream cannot be read on.</summary>
    TooLarge,

    /// <summary>A checksum is wrong, or a length or header is not valid; the stream cannot be read on.</summary>
    Corrupt,
}
