using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Anthropic's Messages API (https://docs.claude.com/en/api/messages), which others speak too, and its forms on
/// Vertex AI and Amazon Bedrock.</summary>
public sealed class AnthropicDialect : Dialect
{
    private readonly AnthropicPlatform _platform;

    private AnthropicDialect(AnthropicPlatform platform) => _platform = platform;

    /// <summary>The API as Anthropic has it.</summary>
    public static AnthropicDialect Instance { get; } = new(AnthropicPlatform.Anthropic);

    /// <summary>As on Vertex AI, for <c>rawPredict</c> and <c>streamRawPredict</c>.</summary>
    public static AnthropicDialect Vertex { get; } = new(AnthropicPlatform.Vertex);

    /// <summary>As on Amazon Bedrock, for InvokeModel and InvokeModelWithResponseStream.</summary>
    public static AnthropicDialect Bedrock { get; } = new(AnthropicPlatform.Bedrock);

    /// <inheritdoc/>
    public override string Name => _platform switch
    {
        AnthropicPlatform.Vertex => "vertex-anthropic",
        AnthropicPlatform.Bedrock => "bedrock-anthropic",
        _ => "anthropic",
    };

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => Format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => AnthropicRequestWriter.Unknown;

    internal static ReadOnlySpan<byte> Format => "anthropic-claude-v1"u8;

    /// <inheritdoc/>
    public override Framing Framing =>
        _platform == AnthropicPlatform.Bedrock ? Framing.AmazonEventStream : Framing.ServerSentEvents;

    /// <summary>On Bedrock, the name of the exception.</summary>
    public override string? ErrorHeader => _platform == AnthropicPlatform.Bedrock ? ConverseErrors.Header : null;

    /// <inheritdoc/>
    public override Prefill PrefillFor(string model) =>
        AnthropicModelRules.For(model).TakesPrefill ? Prefill.Message : Prefill.None;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        AnthropicRequestWriter.Write(request, target, _platform, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new AnthropicStream();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() =>
        _platform == AnthropicPlatform.Bedrock ? new BedrockChunks(new AnthropicStream()) : new AnthropicStream();

    /// <inheritdoc/>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null) => _platform switch
    {
        AnthropicPlatform.Bedrock => ConverseErrors.Read(body, status, name),
        AnthropicPlatform.Vertex => AnthropicErrors.ReadOnVertex(body, status),
        _ => AnthropicErrors.Read(body, status),
    };
}
