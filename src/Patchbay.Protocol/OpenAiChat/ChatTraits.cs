namespace Patchbay.Protocol;

/// <summary>What a chat request has that providers which speak the same dialect differ on. A set: members combine.</summary>
[Flags]
public enum ChatTraits
{
    /// <summary>Nothing of it.</summary>
    None = 0,

    /// <summary>An earlier answer comes with its reasoning.</summary>
    Reasoning = 1 << 0,

    /// <summary>An earlier answer comes with members that only answers have: images, annotations.</summary>
    AnswerMembers = 1 << 1,

    /// <summary>A part, a message or a tool asks for the prompt to be cached (<c>cache_control</c>).</summary>
    CacheControl = 1 << 2,

    /// <summary>A function or a schema says whether it is <c>strict</c>.</summary>
    Strict = 1 << 3,

    /// <summary>More than one message is the operator's, or one stands behind others.</summary>
    LaterSystem = 1 << 4,

    /// <summary>A function was called, or its result is given.</summary>
    ToolTurns = 1 << 5,

    /// <summary>A speaker is named.</summary>
    Names = 1 << 6,
}
