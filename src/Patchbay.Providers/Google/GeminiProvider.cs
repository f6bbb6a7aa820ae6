using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks the Gemini API (https://ai.google.dev/api/generate-content): below its base address,
/// which ends with the version, it has <c>models/{model}:generateContent</c>. The key belongs into <c>x-goog-api-key</c>.
/// </summary>
public sealed class GeminiProvider(ProviderDescriptor descriptor) : GoogleProvider(descriptor, "models/")
{
    /// <inheritdoc/>
    public override Dialect Dialect => GeminiDialect.Gemini;
}
