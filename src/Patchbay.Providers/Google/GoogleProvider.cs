namespace Patchbay.Providers;

/// <summary>A provider of Google's <c>generateContent</c>, whose addresses name the model and whether the answer streams.
/// </summary>
public abstract class GoogleProvider : Provider
{
    private readonly Uri _models;

    private protected GoogleProvider(ProviderDescriptor descriptor, string models)
        : base(descriptor)
    {
        ChatUri = descriptor.BaseUrl;
        _models = new Uri(ChatUri, models);
    }

    /// <summary>Where all its addresses begin.</summary>
    public sealed override Uri ChatUri { get; }

    /// <inheritdoc/>
    public sealed override Uri ChatAddress(string model, bool stream)
    {
        // An id with a folder says where it lies by itself: tunedModels/NAME, publishers/NAME/models/NAME, endpoints/NUMBER.
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var start = slash < 0 ? _models : ChatUri;
        return new Uri(start, $"{VertexAddress.Escape(model)}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}");
    }
}
