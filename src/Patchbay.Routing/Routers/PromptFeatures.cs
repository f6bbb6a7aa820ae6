namespace Patchbay.Routing;

/// <summary>What a router looks at in a prompt. Immutable; holds text of the caller, so it is never kept or logged.</summary>
public sealed record PromptFeatures
{
    /// <summary>The last message of the user, or its beginning and end when it is long.</summary>
    public string Text { get; init; } = "";

    /// <summary>The beginning of the system message; empty without one.</summary>
    public string System { get; init; } = "";

    /// <summary>How many messages there are.</summary>
    public int Messages { get; init; }

    /// <summary>The conversation holds results of tools.</summary>
    public bool HasToolResults { get; init; }

    /// <summary>The model that wrote the last answer in the conversation, where the caller says so.</summary>
    public string? LastModel { get; init; }
}
