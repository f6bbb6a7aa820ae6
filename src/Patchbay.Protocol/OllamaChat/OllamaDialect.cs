using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Ollama's own chat API, <c>POST /api/chat</c> (https://github.com/ollama/ollama/blob/main/docs/api.md). A stream is
/// one JSON object a line: <see cref="DialectStream.Read"/> takes each as the data, without a name.</summary>
public sealed class OllamaDialect : Dialect
{
    private OllamaDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static OllamaDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ollama";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => Format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => OllamaRequestWriter.Unknown;

    internal static ReadOnlySpan<byte> Format => "ollama-v1"u8;

    /// <inheritdoc/>
    public override Framing Framing => Framing.JsonLines;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        OllamaRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink) =>
        new OllamaStream().ReadWhole(body, sink);

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new OllamaStream();

    /// <summary>Reads <c>{"error":"…"}</c> (https://github.com/ollama/ollama/blob/main/docs/api/errors.mdx). The status alone
    /// says what it means.</summary>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null)
    {
        var (message, _, _) = ChatErrorReader.Read(body, 0);
        return new DialectError(StatusKinds.Of(status), message);
    }
}
