using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Amazon Bedrock's Converse API
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html): below its base address it has
/// <c>model/{id}/converse</c> and <c>model/{id}/converse-stream</c>.</summary>
public sealed class BedrockProvider(ProviderDescriptor descriptor)
    : BedrockModelProvider(descriptor, "converse", "converse-stream")
{
    /// <inheritdoc/>
    public override Dialect Dialect => ConverseDialect.Instance;
}
