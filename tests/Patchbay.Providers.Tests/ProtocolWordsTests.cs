using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class ProtocolWordsTests
{
    /// <summary>What the catalogue takes from endpoints is what the provider that is called then cannot say.</summary>
    [Theory]
    [InlineData("openai")]
    [InlineData("azure-openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    [InlineData("mistral")]
    [InlineData("gemini")]
    [InlineData("vertex")]
    [InlineData("vertex-anthropic")]
    [InlineData("vertex-rawpredict")]
    [InlineData("bedrock")]
    [InlineData("bedrock-anthropic")]
    [InlineData("cohere")]
    [InlineData("replicate")]
    [InlineData("ollama")]
    public void The_words_of_a_protocol_are_those_of_its_provider(string protocol)
    {
        var provider = ProviderFactory.Create(protocol, new ProviderDescriptor
        {
            Slug = "x",
            Name = "X",
            BaseUrl = new Uri("https://x.example/projects/p/locations/eu/publishers/"),
        })!;

        var words = ProviderFactory.WordsOf(protocol, [])!.Value;

        Assert.Equal(provider.Dialect?.UnknownParameters ?? Parameters.None, words.Unknown);
        Assert.Equal(provider.Dialect?.HasServiceTiers ?? true, words.HasServiceTiers);
    }

    [Fact]
    public void Replicate_has_no_words_for_tools_and_every_other_protocol_has()
    {
        string[] withTools = ["openai", "anthropic", "gemini", "bedrock", "cohere", "mistral", "ollama", "openai-responses"];

        Assert.True(ProviderFactory.WordsOf("replicate", [])!.Value.Unknown.HasFlag(Parameters.Tools));
        Assert.All(withTools, protocol =>
            Assert.False(ProviderFactory.WordsOf(protocol, [])!.Value.Unknown.HasFlag(Parameters.Tools)));
    }

    [Fact]
    public void Quirks_take_words_away()
    {
        var words = ProviderFactory.WordsOf("openai", [ProviderQuirks.NoToolChoice, ProviderQuirks.NoReasoningEffort])!.Value;

        Assert.Equal(Parameters.ToolChoice | Parameters.Reasoning | Parameters.ReasoningEffort, words.Unknown);
        Assert.Null(ProviderFactory.WordsOf("smoke-signals", []));
    }
}
