using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Mistral's chat API (https://docs.mistral.ai/api/endpoint/chat). It looks like OpenAI's, and differs where it
/// counts: thoughts are parts of the content, calls in a stream have no index, and unknown members are refused.</summary>
public sealed class MistralDialect : Dialect
{
    private MistralDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static MistralDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "mistral";

    /// <summary>Thoughts are plain text.</summary>
    public override ReadOnlySpan<byte> ReasoningFormat => "mistral-v1"u8;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => MistralRequestWriter.Unknown;

    /// <inheritdoc/>
    public override Prefill PrefillFor(string model) => Prefill.Prefix;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        MistralRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink) =>
        new MistralStream().ReadWhole(body, sink);

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new MistralStream();

    /// <summary>Reads <c>{"object":"error","message":…,"type":…,"code":…}</c> and, of a request that it refuses,
    /// <c>{"detail":[{"loc":…,"msg":…}]}</c> (https://docs.mistral.ai/resources/error-glossary).</summary>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null)
    {
        var (message, parameter) = MistralErrors.Read(body);
        return new DialectError(StatusKinds.Of(status), message, parameter);
    }
}
