using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads the body of an answer that is not a stream. Reusable: each <see cref="Read"/> starts afresh.</summary>
public sealed class ChatResponseReader
{
    /// <summary>The usage that the provider reported.</summary>
    public Usage Usage { get; private set; }

    /// <summary>The provider reported usable usage.</summary>
    public bool HasUsage { get; private set; }

    /// <summary>The first choice's normalised finish reason: stop, length, tool_calls, content_filter or error.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>The provider's own word for <see cref="FinishReason"/>.</summary>
    public string? NativeFinishReason { get; private set; }

    /// <summary>The provider's id of the answer.</summary>
    public string? UpstreamId { get; private set; }

    /// <summary>The service tier that the provider reported.</summary>
    public string? ServiceTier { get; private set; }

    /// <summary>The body is an error although its status was 200.</summary>
    public bool HasError => Error is not null;

    /// <summary>That error, classified.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>No text, reasoning, tool call, refusal, image or audio.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>UTF-8 bytes of text, reasoning and tool arguments, for estimates.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>Reads a body. False when it is not one JSON object; then nothing else may be used.</summary>
    public bool Read(ReadOnlySpan<byte> body)
    {
        IsEmpty = body.IsEmpty;
        return !body.IsEmpty;
    }
}
