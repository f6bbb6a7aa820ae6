namespace Patchbay.Simulator.Scripting;

/// <summary>
/// What goes wrong on the wire. In settings text each is written in kebab case (<c>fault=cut-clean</c>).
/// Faults that strike inside a stream do so after <see cref="Behavior.After"/> frames, or at the end of a shorter one.
/// </summary>
public enum FaultKind
{
    /// <summary>Nothing goes wrong.</summary>
    None,

    /// <summary>The TCP connection ends (FIN) after some frames, inside the chunked body.</summary>
    Cut,

    /// <summary>The body ends as if complete, without a finish reason and without <c>[DONE]</c>.</summary>
    CutClean,

    /// <summary>The TCP connection is reset (RST) after some frames.</summary>
    Rst,

    /// <summary>The connection ends after a chunk header that promises more bytes than follow.</summary>
    TruncatedChunk,

    /// <summary>The connection ends before as many bytes as Content-Length promised.</summary>
    ShortContentLength,

    /// <summary>Some frames, then silence until the client leaves.</summary>
    Stall,

    /// <summary>No response headers, ever.</summary>
    Hang,

    /// <summary>One byte every <see cref="Behavior.Drip"/> milliseconds.</summary>
    SlowDrip,

    /// <summary>One event (or the body) that is not JSON; a stream goes on after it.</summary>
    MalformedJson,

    /// <summary>One event whose checksum is wrong, in framings that have one; elsewhere as <see cref="MalformedJson"/>.</summary>
    Corrupt,

    /// <summary>One event of <see cref="Behavior.Bytes"/> bytes on a single line; the stream goes on after it.</summary>
    HugeLine,

    /// <summary>Content frames until the client leaves (or until <see cref="Behavior.Bytes"/> bytes, when set).</summary>
    Endless,

    /// <summary><see cref="Behavior.Count"/> minimal events as fast as they can be written, then the normal end.</summary>
    TinyFlood,

    /// <summary>Status 200 with an HTML page.</summary>
    Html,

    /// <summary>A stream was asked for, a plain JSON body comes.</summary>
    JsonOnStream,

    /// <summary>Status 200 whose body, or first event, is an error object.</summary>
    ErrorIn200,

    /// <summary>An error object as an event after some frames, then the end of the body.</summary>
    ErrorMidStream,

    /// <summary><c>[DONE]</c> comes twice.</summary>
    DoubleDone,

    /// <summary>A content frame follows <c>[DONE]</c>.</summary>
    AfterDone,

    /// <summary>The stream finishes with a finish reason but without <c>[DONE]</c>.</summary>
    MissingDone,

    /// <summary>Content with bytes that are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>Content with an escaped high surrogate that has no partner.</summary>
    LoneSurrogate,

    /// <summary>Content with an escaped U+0000.</summary>
    Nul,

    /// <summary>Content with a raw zero byte inside the JSON string.</summary>
    RawNul,

    /// <summary>302 to <see cref="Behavior.Location"/>; the default leads to the provider named <c>redirected</c>.</summary>
    Redirect,

    /// <summary>A response header of <see cref="Behavior.Bytes"/> bytes (default 1 MiB) before a normal body.</summary>
    HugeHeaders,

    /// <summary>A <c>Set-Cookie</c> header on a normal response.</summary>
    SetCookie,

    /// <summary><c>Transfer-Encoding: chunked</c> twice, with Content-Length as well.</summary>
    DoubleTransferEncoding,

    /// <summary>102 and 103 interim responses before a normal one.</summary>
    Informational,

    /// <summary>A small encoded body that expands to <see cref="Behavior.Bytes"/> bytes (default 1 GiB).</summary>
    GzipBomb,

    /// <summary>The correct body, gzip encoded though nobody asked.</summary>
    WrongEncoding,

    /// <summary>No tokens and a null finish reason.</summary>
    Empty,

    /// <summary>Finish reason <c>error</c> after the tokens.</summary>
    ErrorFinish,

    /// <summary>Fragments of two or more tool calls alternate.</summary>
    ToolInterleaved,

    /// <summary>Tool call indices have gaps (0, 2, 4).</summary>
    ToolGap,

    /// <summary>Tool call arguments are not JSON.</summary>
    ToolBadargs,
}
