namespace Patchbay.Protocol;

/// <summary>The forms that an answer may be bound to.</summary>
public enum ResponseFormatKind
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>Some JSON object.</summary>
    JsonObject,

    /// <summary>JSON that follows a schema.</summary>
    JsonSchema,

    /// <summary>A form that no dialect is known to share.</summary>
    Other,
}

/// <summary>The form that the answer must have.</summary>
public sealed class CanonicalResponseFormat(ResponseFormatKind kind)
{
    /// <summary>Which form.</summary>
    public ResponseFormatKind Kind { get; } = kind;

    /// <summary>The schema's name.</summary>
    public JsonString Name { get; set; }

    /// <summary>What the schema is for.</summary>
    public JsonString Description { get; set; }

    /// <summary>The JSON schema; empty when none was given.</summary>
    public ReadOnlyMemory<byte> Schema { get; set; }

    /// <summary>The answer must follow the schema exactly.</summary>
    public bool? Strict { get; set; }

    /// <summary>The format as it came, for <see cref="ResponseFormatKind.Other"/>.</summary>
    public ReadOnlyMemory<byte> Json { get; set; }
}
