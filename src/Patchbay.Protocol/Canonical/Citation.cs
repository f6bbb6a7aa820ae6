namespace Patchbay.Protocol;

/// <summary>Where a stretch of the answer comes from. The spans are decoded UTF-8.</summary>
public readonly ref struct Citation
{
    /// <summary>The address of the source; empty for a document of the request.</summary>
    public ReadOnlySpan<byte> Url { get; init; }

    /// <summary>The source's title.</summary>
    public ReadOnlySpan<byte> Title { get; init; }

    /// <summary>The words of the source.</summary>
    public ReadOnlySpan<byte> Quote { get; init; }

    /// <summary>Which document of the request it is, from 0; null for a source with an address.</summary>
    public long? Document { get; init; }

    /// <summary>Where the stretch begins in the answer's text, in UTF-16 units.</summary>
    public int Start { get; init; }

    /// <summary>Where it ends.</summary>
    public int End { get; init; }
}
