namespace Patchbay.Protocol;

/// <summary>Who speaks in a message.</summary>
public enum CanonicalRole
{
    /// <summary>The operator of the program.</summary>
    System,

    /// <summary>The same, in OpenAI's later word.</summary>
    Developer,

    /// <summary>The user.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>A function that the model called.</summary>
    Tool,
}

/// <summary>One message of a conversation.</summary>
public sealed class CanonicalMessage(CanonicalRole role)
{
    /// <summary>Who speaks.</summary>
    public CanonicalRole Role { get; } = role;

    /// <summary>The speaker's name, where there are several.</summary>
    public JsonString Name { get; set; }

    /// <summary>What is said: reasoning first, then content, then calls.</summary>
    public List<CanonicalPart> Parts { get; } = [];

    /// <summary>The reasoning as plain text (<c>reasoning</c> or <c>reasoning_content</c>), which no provider can verify.
    /// Where there are <see cref="ReasoningPart"/>s it repeats them.</summary>
    public JsonString PlainReasoning { get; set; }

    /// <summary>Members that no dialect is known to share.</summary>
    public List<RawMember> Extensions { get; } = [];
}
