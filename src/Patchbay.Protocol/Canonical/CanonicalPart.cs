namespace Patchbay.Protocol;

/// <summary>One part of a message.</summary>
public abstract class CanonicalPart
{
    /// <summary>The caller wants the prompt up to and with this part cached.</summary>
    public CacheControl? Cache { get; set; }

    /// <summary>Members that no dialect is known to share.</summary>
    public List<RawMember> Extensions { get; } = [];
}

/// <summary>Text.</summary>
public sealed class TextPart(JsonString text) : CanonicalPart
{
    /// <summary>The text.</summary>
    public JsonString Text { get; set; } = text;
}

/// <summary>An image.</summary>
public sealed class ImagePart(JsonString url) : CanonicalPart
{
    /// <summary>Its address, or the image itself as a <c>data:</c> URL.</summary>
    public JsonString Url { get; } = url;

    /// <summary>How closely to look: <c>auto</c>, <c>low</c>, <c>high</c>.</summary>
    public JsonString Detail { get; set; }
}

/// <summary>A document, such as a PDF.</summary>
public sealed class FilePart : CanonicalPart
{
    /// <summary>The name that the model is told.</summary>
    public JsonString Name { get; set; }

    /// <summary>Its address, or the document itself as a <c>data:</c> URL.</summary>
    public JsonString Data { get; set; }

    /// <summary>The provider's id of a file that was uploaded before.</summary>
    public JsonString FileId { get; set; }
}

/// <summary>Spoken or other sound.</summary>
public sealed class AudioPart(JsonString data, JsonString format) : CanonicalPart
{
    /// <summary>The sound in base64.</summary>
    public JsonString Data { get; } = data;

    /// <summary>Its format: <c>wav</c>, <c>mp3</c> and so on.</summary>
    public JsonString Format { get; } = format;
}

/// <summary>A film.</summary>
public sealed class VideoPart(JsonString url) : CanonicalPart
{
    /// <summary>Its address, or the film itself as a <c>data:</c> URL.</summary>
    public JsonString Url { get; } = url;
}

/// <summary>The model's words of refusal in an earlier turn.</summary>
public sealed class RefusalPart(JsonString text) : CanonicalPart
{
    /// <summary>The words.</summary>
    public JsonString Text { get; } = text;
}

/// <summary>A function that the model called in an earlier turn.</summary>
public sealed class ToolCallPart(JsonString id, JsonString name, JsonString arguments) : CanonicalPart
{
    /// <summary>What its result refers to.</summary>
    public JsonString Id { get; } = id;

    /// <summary>The function.</summary>
    public JsonString Name { get; } = name;

    /// <summary>The arguments: JSON text, as a string. It need not be valid, since models wrote it.</summary>
    public JsonString Arguments { get; } = arguments;
}

/// <summary>What a called function returned.</summary>
public sealed class ToolResultPart(JsonString callId) : CanonicalPart
{
    /// <summary>The <see cref="ToolCallPart.Id"/> of the call.</summary>
    public JsonString CallId { get; } = callId;

    /// <summary>Text, images and documents.</summary>
    public List<CanonicalPart> Content { get; } = [];

    /// <summary>The function failed.</summary>
    public bool IsError { get; set; }
}

/// <summary>A part of a kind that no dialect is known to share.</summary>
public sealed class OpaquePart(ReadOnlyMemory<byte> json) : CanonicalPart
{
    /// <summary>The part as it came.</summary>
    public ReadOnlyMemory<byte> Json { get; } = json;
}
