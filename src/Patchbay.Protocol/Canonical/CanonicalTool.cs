namespace Patchbay.Protocol;

/// <summary>A function that the model may call.</summary>
public sealed class CanonicalTool
{
    /// <summary>Its name; missing for a tool that is no function.</summary>
    public JsonString Name { get; set; }

    /// <summary>What it does.</summary>
    public JsonString Description { get; set; }

    /// <summary>The JSON schema of its arguments; empty when it takes none.</summary>
    public ReadOnlyMemory<byte> Schema { get; set; }

    /// <summary>The arguments must follow the schema exactly.</summary>
    public bool? Strict { get; set; }

    /// <summary>The caller wants the prompt up to and with this tool cached.</summary>
    public CacheControl? Cache { get; set; }

    /// <summary>The whole tool as it came, where it is no function; empty otherwise.</summary>
    public ReadOnlyMemory<byte> Json { get; set; }

    /// <summary>Members of the function that no dialect is known to share.</summary>
    public List<RawMember> Extensions { get; } = [];
}

/// <summary>How free the model is to call tools.</summary>
public enum ToolChoiceKind
{
    /// <summary>As it likes.</summary>
    Auto,

    /// <summary>It must not.</summary>
    None,

    /// <summary>It must call at least one.</summary>
    Required,

    /// <summary>It must call one certain function.</summary>
    Named,

    /// <summary>A form that no dialect is known to share.</summary>
    Other,
}

/// <summary>How free the model is to call tools.</summary>
/// <param name="Kind">How free.</param>
/// <param name="Name">The function, for <see cref="ToolChoiceKind.Named"/>.</param>
/// <param name="Json">The choice as it came, for <see cref="ToolChoiceKind.Other"/>.</param>
public sealed record CanonicalToolChoice(ToolChoiceKind Kind, JsonString Name = default, ReadOnlyMemory<byte> Json = default);
