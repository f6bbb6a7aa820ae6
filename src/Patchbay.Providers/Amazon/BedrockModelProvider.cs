namespace Patchbay.Providers;

/// <summary>A provider of Bedrock's runtime, whose addresses name the model and the operation.</summary>
public abstract class BedrockModelProvider : Provider
{
    private readonly string _whole;
    private readonly string _stream;

    private protected BedrockModelProvider(ProviderDescriptor descriptor, string whole, string stream)
        : base(descriptor)
    {
        ChatUri = descriptor.BaseUrl;
        _whole = whole;
        _stream = stream;
    }

    /// <summary>Where all its addresses begin.</summary>
    public sealed override Uri ChatUri { get; }

    /// <summary>The id may be an ARN: its colons and slashes are escaped, so that it stays one segment of the path
    /// (https://smithy.io/2.0/spec/http-bindings.html, httpLabel).</summary>
    public sealed override Uri ChatAddress(string model, bool stream) =>
        new(ChatUri, $"model/{Uri.EscapeDataString(model)}/{(stream ? _stream : _whole)}");
}
