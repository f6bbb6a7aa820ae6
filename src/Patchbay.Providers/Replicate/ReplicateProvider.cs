using System.Net.Http.Headers;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider of Replicate's predictions (https://replicate.com/docs/reference/http#models.predictions.create): below
/// its base address, which ends with the version, it has <c>models/{owner}/{name}/predictions</c>. It is waited for as long
/// as Replicate allows, and a prediction that takes longer is cancelled there, so that nobody pays for what nobody reads.
/// </summary>
public sealed class ReplicateProvider(ProviderDescriptor descriptor) : Provider(descriptor)
{
    /// <inheritdoc/>
    public override Uri ChatUri { get; } = new(descriptor.BaseUrl, "models/");

    /// <inheritdoc/>
    public override Dialect Dialect => ReplicateDialect.Instance;

    /// <inheritdoc/>
    public override Uri ChatAddress(string model, bool stream) =>
        new(ChatUri, "./" + Uri.EscapeDataString(model).Replace("%2F", "/", StringComparison.Ordinal) + "/predictions");

    /// <inheritdoc/>
    public override void AddHeaders(HttpRequestHeaders headers)
    {
        base.AddHeaders(headers);
        headers.TryAddWithoutValidation("Prefer", "wait=60");
        headers.TryAddWithoutValidation("Cancel-After", "60s");
    }
}
