namespace Patchbay.Protocol;

/// <summary>How the reasoning of earlier answers goes back to a provider.</summary>
public enum ReasoningReplay
{
    /// <summary>It does not: the provider knows no such member.</summary>
    None,

    /// <summary>As the text <c>reasoning_content</c>.</summary>
    Content,

    /// <summary>As a part of the content, of the type <c>thinking</c>.</summary>
    ThinkingParts,

    /// <summary>As the caller sent it: <c>reasoning</c> and <c>reasoning_details</c>.</summary>
    Details,
}

/// <summary>What a provider's form of OpenAI's chat API takes inside messages and tools. A request that has more is written
/// anew by <see cref="CanonicalChatWriter"/>; any other goes on byte by byte.</summary>
public sealed record ChatForm
{
    /// <summary>Everything that callers of this gateway may send.</summary>
    public static ChatForm Full { get; } = new()
    {
        CacheControl = true,
        OwnMembers = true,
        Reasoning = ReasoningReplay.Details,
    };

    /// <summary>What OpenAI's own API takes (https://platform.openai.com/docs/api-reference/chat/create).</summary>
    public static ChatForm OpenAi { get; } = new();

    /// <summary>How the reasoning of earlier answers goes back.</summary>
    public ReasoningReplay Reasoning { get; init; }

    /// <summary>Takes <c>cache_control</c>.</summary>
    public bool CacheControl { get; init; }

    /// <summary>Takes what this gateway adds to messages: <c>images</c> and <c>annotations</c> of the assistant,
    /// <c>is_error</c> of a result.</summary>
    public bool OwnMembers { get; init; }

    /// <summary>Takes <c>strict</c> in functions.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Knows no developer; <see cref="CanonicalRole.System"/> is said instead. No reason to rewrite a request:
    /// <see cref="UpstreamRequestEdits.DeveloperAsSystem"/> does the same to its bytes.</summary>
    public bool NoDeveloper { get; init; }

    /// <summary>Takes one system message only, in front; further ones join it.</summary>
    public bool OneSystemMessage { get; init; }

    /// <summary>Takes no <c>name</c> in messages of a user; it is put before the text.</summary>
    public bool NoNames { get; init; }

    /// <summary>Wants the function's name with each result.</summary>
    public bool NamedResults { get; init; }

    /// <summary>Wants an answer between a result and what the user says next.</summary>
    public bool AnswerAfterResults { get; init; }

    /// <summary>Wants ids of calls that are nine letters and digits.</summary>
    public bool ShortCallIds { get; init; }

    /// <summary>Wants the parameters of every function, even of one that has none.</summary>
    public bool WithParameters { get; init; }

    /// <summary>Takes documents as parts of the type <c>document_url</c>, and uploaded ones as <c>file</c> with nothing but
    /// their id.</summary>
    public bool DocumentUrls { get; init; }

    /// <summary>Whether a request with these traits has something that this provider does not take.</summary>
    public bool Rewrites(ChatTraits traits) =>
        ((traits & ChatTraits.Reasoning) != 0 && Reasoning != ReasoningReplay.Details)
        || ((traits & ChatTraits.AnswerMembers) != 0 && !OwnMembers)
        || ((traits & ChatTraits.CacheControl) != 0 && !CacheControl)
        || ((traits & ChatTraits.Strict) != 0 && !Strict)
        || ((traits & ChatTraits.LaterSystem) != 0 && OneSystemMessage)
        || ((traits & ChatTraits.Names) != 0 && NoNames)
        || ((traits & ChatTraits.ToolTurns) != 0 && (NamedResults || AnswerAfterResults || ShortCallIds));
}
