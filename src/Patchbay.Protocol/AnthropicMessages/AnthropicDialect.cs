using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>Anthropic's Messages API (https://docs.claude.com/en/api/messages), which others speak too.</summary>
public sealed class AnthropicDialect : Dialect
{
    private AnthropicDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static AnthropicDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "anthropic";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => Format;

    internal static ReadOnlySpan<byte> Format => "anthropic-claude-v1"u8;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        AnthropicRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new AnthropicStream();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new AnthropicStream();

    /// <inheritdoc/>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status) => AnthropicErrors.Read(body, status);
}
