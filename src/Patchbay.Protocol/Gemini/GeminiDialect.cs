using System.Buffers;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Google's <c>generateContent</c>: of the Gemini API (https://ai.google.dev/api/generate-content) and of Vertex AI
/// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference), whose bodies are the same but for
/// few members.</summary>
public sealed class GeminiDialect : Dialect
{
    private readonly bool _vertex;

    private GeminiDialect(bool vertex) => _vertex = vertex;

    /// <summary>The Gemini API's form.</summary>
    public static GeminiDialect Gemini { get; } = new(vertex: false);

    /// <summary>Vertex AI's form.</summary>
    public static GeminiDialect Vertex { get; } = new(vertex: true);

    /// <inheritdoc/>
    public override string Name => _vertex ? "vertex" : "gemini";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => Format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => GeminiRequestWriter.Unknown;

    /// <inheritdoc/>
    public override bool HasServiceTiers => !_vertex;

    internal static ReadOnlySpan<byte> Format => "google-gemini-v1"u8;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        return new GeminiRequestWriter(request, target, _vertex, json).Write();
    }

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new GeminiAnswerReader();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new GeminiStream();

    /// <inheritdoc/>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null) =>
        GeminiErrors.Read(body, status);
}

/// <summary>Reads the events of <c>streamGenerateContent?alt=sse</c>: unnamed, each a response. The API ends a stream by closing
/// it; it is whole when one of them has said why the answer ended.</summary>
internal sealed class GeminiStream : DialectStream
{
    private readonly GeminiAnswerReader _reader = new();

    public override void Reset(DialectRequest request) => _reader.Reset(request);

    public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink) =>
        _reader.Read(data, sink);
}
