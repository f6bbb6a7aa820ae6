using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Replicate's predictions, waited for in one request
/// (https://replicate.com/docs/topics/predictions/create-a-prediction). A model there takes one prompt beside a system prompt:
/// longer conversations, tools and forms of the answer have no words, and such requests are not sent. Its streams are
/// another address that is told in the answer; here a stream is the whole answer at once.</summary>
public sealed class ReplicateDialect : Dialect
{
    private ReplicateDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static ReplicateDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "replicate";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => "unknown"u8;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => ~ReplicateRequestWriter.Sayable;

    /// <summary>A prediction has been created.</summary>
    public override int AnswerStatus => 201;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output) =>
        ReplicateRequestWriter.Write(request, target, output);

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink) =>
        ReplicateAnswerReader.Read(body, sink);

    /// <summary>A reader that no stream satisfies: whole answers are read by <see cref="ReadAnswer"/>.</summary>
    public override DialectStream CreateStream() => new NoStream();

    /// <summary>Reads <c>{"title":…,"detail":…,"status":…}</c>
    /// (https://replicate.com/docs/topics/predictions/error-codes).</summary>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null) =>
        new(StatusKinds.Of(status), ReplicateAnswerReader.Detail(body));

    private sealed class NoStream : DialectStream
    {
        public override void Reset(DialectRequest request)
        {
        }

        public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink) =>
            StreamProgress.Malformed;
    }
}
