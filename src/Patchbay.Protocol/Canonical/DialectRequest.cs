using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What became of a request when it was written in a dialect: told to the caller, and needed to read the answer.
/// </summary>
public sealed record DialectRequest
{
    /// <summary>A request that was written whole.</summary>
    public static DialectRequest Whole { get; } = new();

    /// <summary>Parameters that the caller set and the endpoint cannot honour.</summary>
    public Parameters Dropped { get; init; }

    /// <summary>Parameters that are honoured by other means than the provider's own.</summary>
    public Parameters Emulated { get; init; }

    /// <summary>Content that the dialect cannot carry at all. Such a request must not be sent.</summary>
    public Modalities Unsayable { get; init; }

    /// <summary>Why the dialect cannot carry the request at all, as the end of a sentence about the provider; null when it
    /// can. Such a request must not be sent, and nothing was written.</summary>
    public string? Unsendable { get; init; }

    /// <summary>The name of the tool whose arguments are the answer: a structured answer is emulated by a forced call.
    /// Null when the answer is the answer.</summary>
    public string? AnswerTool { get; init; }
}
