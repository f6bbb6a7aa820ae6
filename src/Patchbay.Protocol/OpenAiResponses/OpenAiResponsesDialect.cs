using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses), which others speak too. The
/// gateway keeps nothing at the provider (<c>store: false</c>): what a later turn needs of the model's reasoning travels
/// through the caller, encrypted.</summary>
public sealed class OpenAiResponsesDialect : Dialect
{
    private readonly ResponsesTraits _traits;
    private readonly byte[] _format;

    /// <summary>The dialect as one provider speaks it.</summary>
    public OpenAiResponsesDialect(ResponsesTraits traits)
    {
        _traits = traits;
        _format = Encoding.UTF8.GetBytes(traits.ReasoningFormat);
    }

    /// <summary>The dialect as OpenAI speaks it.</summary>
    public static OpenAiResponsesDialect Instance { get; } = new(new ResponsesTraits());

    /// <inheritdoc/>
    public override string Name => "openai-responses";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> ReasoningFormat => _format;

    /// <inheritdoc/>
    public override Parameters UnknownParameters => ResponsesRequestWriter.Unknown;

    /// <inheritdoc/>
    public override bool HasServiceTiers => true;

    /// <inheritdoc/>
    public override DialectRequest WriteRequest(
        CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        return new ResponsesRequestWriter(request, target, _traits, _format, json).Write();
    }

    /// <inheritdoc/>
    public override bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink)
    {
        var reader = new ResponsesStream();
        reader.Reset(request);
        return reader.ReadWhole(body, sink);
    }

    /// <inheritdoc/>
    public override DialectStream CreateStream() => new ResponsesStream();

    /// <inheritdoc/>
    public override DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null) => ResponsesErrors.Read(body, status);
}

/// <summary>What differs between providers of the Responses API.</summary>
public sealed record ResponsesTraits
{
    /// <summary>The provider has no <c>developer</c> role; <c>system</c> stands for it.</summary>
    public bool DeveloperAsSystem { get; init; }

    /// <summary>The provider refuses <c>strict</c> at a function.</summary>
    public bool WithoutStrict { get; init; }

    /// <summary>Whose reasoning it is: the <c>format</c> in <c>reasoning_details</c>. One provider's encrypted reasoning is
    /// not readable to another, so that a provider gets back only what has its own format.</summary>
    public string ReasoningFormat { get; init; } = "openai-responses-v1";
}
