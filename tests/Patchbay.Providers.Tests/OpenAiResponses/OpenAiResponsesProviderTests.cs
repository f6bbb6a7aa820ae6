using System.Buffers;
using System.Text;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers.Tests;

public sealed class OpenAiResponsesProviderTests
{
    [Fact]
    public void Requests_go_to_responses_below_the_base_address()
    {
        var provider = Create([]);

        Assert.Equal("https://api.acme.example/v1/responses", provider.ChatAddress("gpt-5", stream: true).AbsoluteUri);
        Assert.Equal("openai-responses", provider.Dialect!.Name);
    }

    [Theory]
    [InlineData("", "openai-responses-v1", "\"role\":\"developer\"", true)]
    [InlineData("no_developer_role", "openai-responses-v1", "\"role\":\"system\"", true)]
    [InlineData("no_strict_tools", "openai-responses-v1", "\"role\":\"developer\"", false)]
    [InlineData("reasoning_format=acme-v1", "acme-v1", "\"role\":\"developer\"", true)]
    [InlineData("max_tokens_field=max_tokens", "openai-responses-v1", "\"role\":\"developer\"", true)]
    public void Quirks_change_what_is_written(string quirk, string format, string role, bool strict)
    {
        var dialect = Create([quirk]).Dialect!;
        var output = new ArrayBufferWriter<byte>();
        dialect.WriteRequest(
            CanonicalChatReader.Read("""{"messages":[{"role":"developer","content":"D"}],"tools":[{"type":"function","function":{"name":"f"}}]}"""u8.ToArray()),
            new DialectTarget { Model = "m"u8.ToArray(), Supported = (Parameters)ulong.MaxValue },
            output);
        var body = Encoding.UTF8.GetString(output.WrittenSpan);

        Assert.Equal(format, Encoding.UTF8.GetString(dialect.ReasoningFormat));
        Assert.Contains(role, body, StringComparison.Ordinal);
        Assert.Equal(strict, body.Contains("\"strict\":false", StringComparison.Ordinal));
    }

    // https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html: a service with permissions of its own.
    [Theory]
    [InlineData("https://bedrock-mantle.eu-west-1.api.aws/openai/v1/", "/eu-west-1/bedrock-mantle/aws4_request")]
    [InlineData("https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/", "/us-east-1/bedrock/aws4_request")]
    public async Task A_signature_names_the_service_that_the_host_is_of(string address, string scope)
    {
        using var machine = new Machine();
        var provider = new OpenAiResponsesProvider(new ProviderDescriptor
        {
            Slug = "a",
            Name = "A",
            BaseUrl = new Uri(address),
            Auth = "aws-sigv4",
            AuthSettings = new AuthSettings { AccessKeyId = "AKID", SecretAccessKey = "s" },
        });

        using var request = await machine.ApplyAsync(provider.Credential);

        Assert.Contains(scope, Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
    }

    private static Provider Create(string[] quirks) => ProviderFactory.Create(
        "openai-responses",
        new ProviderDescriptor { Slug = "acme", Name = "Acme", BaseUrl = new Uri("https://api.acme.example/v1/"), Quirks = quirks })!;
}
