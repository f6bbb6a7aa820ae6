using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Cohere's chat API, version 2 (https://docs.cohere.com/reference/chat, …/chat-stream).</summary>
public sealed class CohereDialect : Dialect
{
    private CohereDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static CohereDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "cohere";

    /// <summary>Thoughts are <c>reasoning.text</c>, and the plan before tool calls is <c>reasoning.summary</c>: each goes back
    /// to where it came from.</summary>
    public override ReadOnlySpan<byte> ReasoningFormat => Format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => CohereRequestWriter.Unknown;

    internal static ReadOnlySpan<byte> Format => "cohere-v2"u8;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        CohereRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new CohereStream();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new CohereStream();

    /// <summary>Reads <c>{"message":…}</c> (https://docs.cohere.com/reference/errors). The status alone says what it means.
    /// </summary>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null)
    {
        var (message, _, _) = ChatErrorReader.Read(body, 0);
        var kind = status switch
        {
            498 => GatewayErrorKind.ProviderAuth,
            499 => GatewayErrorKind.ProviderError,
            _ => StatusKinds.Of(status),
        };
        return new DialectError(kind, message);
    }
}
