using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Anthropic's Messages API through Amazon Bedrock's InvokeModel
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html): below its base
/// address it has <c>model/{id}/invoke</c> and <c>model/{id}/invoke-with-response-stream</c>.</summary>
public sealed class BedrockAnthropicProvider(ProviderDescriptor descriptor)
    : BedrockModelProvider(descriptor, "invoke", "invoke-with-response-stream")
{
    /// <inheritdoc/>
    public override Dialect Dialect => AnthropicDialect.Bedrock;
}
