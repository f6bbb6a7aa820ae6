using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider of partner models on Vertex AI that take OpenAI's chat bodies
/// (https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral, …/ai21): below its base address, which ends
/// with <c>projects/{project}/locations/{location}/publishers</c>, it has <c>{publisher}/models/{model}:rawPredict</c> and
/// <c>:streamRawPredict</c>.</summary>
public sealed class VertexRawPredictProvider(ProviderDescriptor descriptor)
    : OpenAiCompatibleProvider(VertexAddress.OnItsHost(descriptor))
{
    private const string Publisher = "mistralai";
    private const string OfJamba = "ai21";

    /// <summary>An id with a folder names the publisher by itself: <c>mistralai/models/mistral-medium-3</c>.</summary>
    public override Uri ChatAddress(string model, bool stream)
    {
        var path = model.Contains('/', StringComparison.Ordinal) ? model
            : $"{(model.StartsWith("jamba", StringComparison.Ordinal) ? OfJamba : Publisher)}/models/{model}";
        return new Uri(Descriptor.BaseUrl, VertexAddress.Escape(path) + (stream ? ":streamRawPredict" : ":rawPredict"));
    }

    /// <summary>The body names the model without its folder and its version. Both publishers know the limit as
    /// <c>max_tokens</c>, and send usage without being asked.</summary>
    public override UpstreamRequestEdits EditChat(RequestEnvelope envelope, in DialectTarget target)
    {
        var model = target.Model[(target.Model.Span.LastIndexOf((byte)'/') + 1)..];
        var version = model.Span.IndexOf((byte)'@');
        model = version < 0 ? model : model[..version];
        return base.EditChat(envelope, target with { Model = model }) with
        {
            IncludeUsage = false,
            UseMaxTokensField = true,
            UseMaxCompletionTokensField = false,
        };
    }
}
