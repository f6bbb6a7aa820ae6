namespace Patchbay.Simulator.Scripting;

/// <summary>
/// How one request is answered. Read from settings text, <c>key=value</c> pairs separated by <c>;</c>, where later pairs
/// win over earlier ones and values may be percent-encoded (<c>text=a%3Bb</c>).
/// </summary>
public sealed record Behavior
{
    /// <summary>Sixteen tokens at once, no fault.</summary>
    public static Behavior Default { get; } = new();

    /// <summary>The settings text that this was read from; empty for the default.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Completion tokens to generate. Capped by the request's limit unless <see cref="IgnoreMaxTokens"/>.</summary>
    public int Tokens { get; init; } = 16;

    /// <summary>Whether the request's token limit is disregarded.</summary>
    public bool IgnoreMaxTokens { get; init; }

    /// <summary>A literal reply, in place of generated text.</summary>
    public string? Text { get; init; }

    /// <summary>What becomes of a reply that the request's last message, in the assistant's name, has begun.</summary>
    public PrefillPolicy Prefill { get; init; }

    /// <summary>Whether the reply is the text of the last user message.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether the reply is JSON, valid for the request's schema if it has one.</summary>
    public bool Json { get; init; }

    /// <summary>Which model speaks: generated text of one number is unlike that of another.</summary>
    public int Voice { get; init; }

    /// <summary>Percent of the generated tokens that are others than they should be, as from weights of few bits.</summary>
    public int Noise { get; init; }

    /// <summary>A text that ends every generated reply, such as a mark of a prompt template.</summary>
    public string? Leak { get; init; }

    /// <summary>Whether the reply is a refusal.</summary>
    public bool Refusal { get; init; }

    /// <summary>Number of tool calls to make with the request's tools.</summary>
    public int Tools { get; init; }

    /// <summary>Number of reasoning tokens shown before the reply.</summary>
    public int Reasoning { get; init; }

    /// <summary>Number of pieces of reasoning that only the provider can read, after those that are shown; in protocols
    /// that have such pieces.</summary>
    public int Redacted { get; init; }

    /// <summary>Finish reason to report; null chooses by what happened.</summary>
    public string? Finish { get; init; }

    /// <summary>File below the replay directory to answer with.</summary>
    public string? Replay { get; init; }

    /// <summary>Milliseconds before the response headers.</summary>
    public int HeaderDelay { get; init; }

    /// <summary>Milliseconds between the headers and the first frame (or the body).</summary>
    public int TimeToFirstToken { get; init; }

    /// <summary>Tokens a second; 0 is as fast as possible.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Percent by which each gap between tokens may differ, drawn from the seed.</summary>
    public int Jitter { get; init; }

    /// <summary>Frames joined in one write.</summary>
    public int FramesPerWrite { get; init; } = 1;

    /// <summary>How text is divided into frames.</summary>
    public ChunkShape Chunk { get; init; }

    /// <summary>Bytes in a write, cutting frames anywhere; 0 writes frames whole.</summary>
    public int Split { get; init; }

    /// <summary>How events are written.</summary>
    public SseStyle SseStyle { get; init; }

    /// <summary>How usage is reported.</summary>
    public UsageShape Usage { get; init; }

    /// <summary>Prompt tokens to report; null counts them.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Cached prompt tokens to report.</summary>
    public int Cached { get; init; }

    /// <summary>Reasoning tokens to report; null reports those shown.</summary>
    public int? ReasoningTokens { get; init; }

    /// <summary>HTTP status; anything but 200 answers with an error body.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The <c>type</c> of an error body; null chooses by status.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The <c>code</c> of an error body; null chooses by status.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The <c>message</c> of an error body; null chooses by status.</summary>
    public string? Message { get; init; }

    /// <summary>Retry-After: whole seconds, or <c>date:N</c> for an HTTP date N seconds ahead.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Milliseconds for a <c>retry-after-ms</c> header.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultKind Fault { get; init; }

    /// <summary>Frames (in a plain body: bytes, null meaning half of it) before the fault; streams default to 3.</summary>
    public int? After { get; init; }

    /// <summary>Size for the faults that have one.</summary>
    public long? Bytes { get; init; }

    /// <summary>Number of events of a tiny flood.</summary>
    public int Count { get; init; } = 1_000_000;

    /// <summary>Milliseconds for each byte of a slow drip.</summary>
    public int Drip { get; init; } = 1000;

    /// <summary>Target of a redirect.</summary>
    public string? Location { get; init; }

    /// <summary>Content encoding of a bomb: gzip, deflate, br, zstd or nested.</summary>
    public string Encoding { get; init; } = "gzip";

    /// <summary>What is billed when the client leaves early.</summary>
    public CancelPolicy Cancel { get; init; }

    /// <summary>Reads settings text. Throws <see cref="FormatException"/> naming the key that is wrong.</summary>
    public static Behavior Parse(string settings) => BehaviorReader.Read(settings);

    /// <summary>The settings text.</summary>
    public override string ToString() => Settings;
}
