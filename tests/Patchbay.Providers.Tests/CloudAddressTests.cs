namespace Patchbay.Providers.Tests;

public sealed class CloudAddressTests
{
    private const string Bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com/";
    private const string Vertex = "aiplatform.googleapis.com/v1/projects/p/locations/";

    [Theory]
    [InlineData("bedrock", Bedrock, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", Bedrock + "model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse", Bedrock + "model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream")]
    [InlineData("bedrock", Bedrock, "arn:aws:bedrock:us-east-1:1:inference-profile/x", Bedrock + "model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse", Bedrock + "model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse-stream")]
    [InlineData("bedrock-anthropic", Bedrock, "anthropic.claude-opus-4-6-v1", Bedrock + "model/anthropic.claude-opus-4-6-v1/invoke", Bedrock + "model/anthropic.claude-opus-4-6-v1/invoke-with-response-stream")]
    [InlineData("vertex-anthropic", "https://us-east5-" + Vertex + "us-east5/publishers/anthropic/", "claude-sonnet-4-5@20250929", "https://us-east5-" + Vertex + "us-east5/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict", "https://us-east5-" + Vertex + "us-east5/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict")]
    [InlineData("vertex-anthropic", "https://global-" + Vertex + "global/publishers/anthropic/", "claude-opus-4-6", "https://" + Vertex + "global/publishers/anthropic/models/claude-opus-4-6:rawPredict", "https://" + Vertex + "global/publishers/anthropic/models/claude-opus-4-6:streamRawPredict")]
    [InlineData("azure-openai", "https://acme.openai.azure.com/", "my gpt", "https://acme.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21", "https://acme.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    [InlineData("vertex-rawpredict", "https://us-central1-" + Vertex + "us-central1/publishers/", "mistral-large@2407", "https://us-central1-" + Vertex + "us-central1/publishers/mistralai/models/mistral-large%402407:rawPredict", "https://us-central1-" + Vertex + "us-central1/publishers/mistralai/models/mistral-large%402407:streamRawPredict")]
    [InlineData("vertex-rawpredict", "https://us-central1-" + Vertex + "us-central1/publishers/", "jamba-1.5-mini@001", "https://us-central1-" + Vertex + "us-central1/publishers/ai21/models/jamba-1.5-mini%40001:rawPredict", "https://us-central1-" + Vertex + "us-central1/publishers/ai21/models/jamba-1.5-mini%40001:streamRawPredict")]
    [InlineData("cohere", "https://api.cohere.com/v2/", "command-a-03-2025", "https://api.cohere.com/v2/chat", "https://api.cohere.com/v2/chat")]
    [InlineData("ollama", "http://127.0.0.1:11434/", "qwen3:8b", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/api/chat")]
    public void Each_protocol_has_its_addresses(string protocol, string address, string model, string whole, string stream)
    {
        var provider = Create(protocol, address);

        Assert.Equal(whole, provider.ChatAddress(model, stream: false).AbsoluteUri);
        Assert.Equal(stream, provider.ChatAddress(model, stream: true).AbsoluteUri);
        Assert.Equal(protocol is "vertex-rawpredict" or "azure-openai" ? null : protocol, provider.Dialect?.Name);
    }

    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: the path is encoded twice.
    [Fact]
    public void The_escaped_id_is_escaped_again_in_what_is_signed()
    {
        var address = Create("bedrock", Bedrock).ChatAddress("amazon.nova-lite-v1:0", stream: false);
        var keys = new AwsKeys("AKIDEXAMPLE", "secret", null);

        new SigV4Signer(keys, "us-east-1", "bedrock").Authorize(
            "POST", address.AbsolutePath, "", new SortedList<string, string> { ["host"] = address.Host }, "hash", normalizePath: true,
            "20150830T123600Z", out var canonical, out _);

        Assert.Equal("/model/amazon.nova-lite-v1%3A0/converse", address.AbsolutePath);
        Assert.StartsWith("POST\n/model/amazon.nova-lite-v1%253A0/converse\n\n", canonical, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral-large@2407", "mistral-large")]
    [InlineData("mistralai/models/codestral@latest", "codestral")]
    [InlineData("mistral-medium-3", "mistral-medium-3")]
    public void The_body_of_a_partner_model_names_it_without_its_version(string id, string expected)
    {
        var edits = Create("vertex-rawpredict", "https://us-central1-" + Vertex + "us-central1/publishers/")
            .EditChat(new Protocol.RequestEnvelope(), new Protocol.DialectTarget { Model = System.Text.Encoding.UTF8.GetBytes(id) });

        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(edits.Model.Span));
    }

    private static Provider Create(string protocol, string address) =>
        ProviderFactory.Create(protocol, new ProviderDescriptor { Slug = "x", Name = "X", BaseUrl = new Uri(address) })!;
}
