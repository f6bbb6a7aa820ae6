namespace Patchbay.Simulator.Scripting;

/// <summary>How token usage is reported. In settings text written in kebab case (<c>usage=with-choices</c>).</summary>
public enum UsageShape
{
    /// <summary>A last chunk with empty choices, when <c>stream_options.include_usage</c> is true; always in plain bodies.</summary>
    Final,

    /// <summary>Cumulative usage on every chunk, and the last chunk.</summary>
    Every,

    /// <summary>Never, also when asked for.</summary>
    Missing,

    /// <summary><c>"usage":null</c> on every chunk, numbers on the last one.</summary>
    NullInChunks,

    /// <summary>The last usage chunk comes twice.</summary>
    Twice,

    /// <summary>On every chunk, with counts that shrink.</summary>
    Decreasing,

    /// <summary>10^12 completion tokens.</summary>
    Absurd,

    /// <summary>All counts are zero.</summary>
    Zero,

    /// <summary>Negative counts.</summary>
    Negative,

    /// <summary>On the chunk that carries the finish reason, asked for or not.</summary>
    WithChoices,
}

/// <summary>How the events of a stream are written. In settings text in lower case (<c>sse-style=crlf</c>).</summary>
public enum SseStyle
{
    /// <summary><c>data: …</c> and LF line ends.</summary>
    Plain,

    /// <summary>No space after the colon.</summary>
    Nospace,

    /// <summary>CRLF line ends.</summary>
    Crlf,

    /// <summary>CR line ends.</summary>
    Cr,

    /// <summary>A byte order mark before the first event.</summary>
    Bom,

    /// <summary>Each payload is spread over several <c>data:</c> lines.</summary>
    Multiline,

    /// <summary><c>event:</c>, <c>id:</c> and <c>retry:</c> fields beside the data.</summary>
    Events,

    /// <summary>Comments before and inside events.</summary>
    Comments,

    /// <summary>A different style for each event in turn.</summary>
    Mixed,
}

/// <summary>How generated text is divided into frames.</summary>
public enum ChunkShape
{
    /// <summary>One token in a frame.</summary>
    Token,

    /// <summary>One word (one or more tokens) in a frame.</summary>
    Word,
}

/// <summary>What a provider bills when the client leaves early.</summary>
public enum CancelPolicy
{
    /// <summary>Generation stops; the tokens sent so far are billed.</summary>
    Stop,

    /// <summary>Generation goes on unseen; the whole completion is billed.</summary>
    Continue,
}
