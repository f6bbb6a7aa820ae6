using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Amazon Bedrock's Converse API (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html,
/// …/API_runtime_ConverseStream.html). The model and whether to stream stand in the address, not in the body. Of a stream,
/// <see cref="DialectStream.Read"/> takes the event or exception type as the name, and the payload as the data.</summary>
public sealed class ConverseDialect : Dialect
{
    private ConverseDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static ConverseDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "bedrock";

    /// <summary>What is signed on Bedrock comes from Claude, and Claude's signatures are valid on all platforms
    /// (https://docs.claude.com/en/docs/build-with-claude/extended-thinking).</summary>
    public override ReadOnlySpan<byte> ReasoningFormat => AnthropicDialect.Format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => ConverseRequestWriter.Unknown;

    /// <inheritdoc/>
    public override bool HasServiceTiers => true;

    /// <inheritdoc/>
    public override Framing Framing => Framing.AmazonEventStream;

    /// <summary>The name of the exception.</summary>
    public override string ErrorHeader => ConverseErrors.Header;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        ConverseRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new ConverseStream();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new ConverseStream();

    /// <inheritdoc/>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null) =>
        ConverseErrors.Read(body, status, name);
}
