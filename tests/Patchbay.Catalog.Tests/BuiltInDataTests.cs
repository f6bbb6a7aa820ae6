using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class BuiltInDataTests(ITestOutputHelper output)
{
    private static readonly CatalogSnapshot Snapshot = BuiltIn.Build();

    [Fact]
    public void The_catalogue_holds_openai_and_at_least_twenty_other_providers()
    {
        var endpoints = Snapshot.Models.Sum(model => model.Endpoints.Length);
        output.WriteLine($"{Snapshot.Providers.Length} providers, {Snapshot.Models.Length} models, {endpoints} endpoints");
        Assert.True(Snapshot.TryGetProvider("openai", out _));
        Assert.True(Snapshot.Providers.Length > 20);
        Assert.True(Snapshot.Models.Length > 400);
        Assert.Equal(BuiltIn.Data.Endpoints.Length, endpoints);
    }

    [Fact]
    public void Slugs_are_unique()
    {
        Assert.Equal(Snapshot.Models.Length, Snapshot.Models.Select(model => model.Slug).Distinct().Count());
        Assert.Equal(Snapshot.Providers.Length, Snapshot.Providers.Select(provider => provider.Slug).Distinct().Count());
        var ids = Snapshot.Models.SelectMany(model => model.Endpoints).Select(endpoint => endpoint.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Tags_are_unique_within_a_model()
    {
        foreach (var model in Snapshot.Models)
        {
            var tags = model.Endpoints.Select(endpoint => endpoint.Tag).ToArray();
            Assert.True(tags.Length == tags.Distinct().Count(), $"{model.Slug}: {string.Join(", ", tags)}");
        }
    }

    [Fact]
    public void Every_endpoint_names_a_known_model_and_provider()
    {
        var models = BuiltIn.Data.Models.Select(model => model.Slug).ToHashSet();
        var providers = BuiltIn.Data.Providers.Select(provider => provider.Slug).ToHashSet();
        Assert.All(BuiltIn.Data.Endpoints, endpoint =>
        {
            Assert.Contains(endpoint.Model, models);
            Assert.Contains(endpoint.Provider, providers);
        });
    }

    [Fact]
    public void Every_price_is_sane()
    {
        var dollarsPerMillion = UnitPrice.Parse("0.001").Femtos;
        foreach (var endpoint in Snapshot.Models.SelectMany(model => model.Endpoints))
        {
            var lists = endpoint.Prices.Tiers.Select(tier => tier.Prices).Prepend(endpoint.Prices);
            foreach (var prices in lists)
            {
                Assert.True(prices.Prompt.Femtos > 0 && prices.Completion.Femtos > 0, endpoint.Id);
                UnitPrice?[] tokens =
                [
                    prices.Prompt, prices.Completion, prices.CacheRead, prices.CacheWrite, prices.CacheWrite1h,
                    prices.Reasoning, prices.AudioInput, prices.AudioOutput,
                ];
                Assert.All(tokens, price => Assert.True(price is null || price.Value.Femtos < dollarsPerMillion, endpoint.Id));
                Assert.True((prices.CacheRead?.Femtos ?? 0) <= prices.Prompt.Femtos, endpoint.Id);
                Assert.True((prices.Request?.Femtos ?? 0) <= UnitPrice.Parse("1").Femtos, endpoint.Id);
                Assert.True((prices.WebSearch?.Femtos ?? 0) <= UnitPrice.Parse("1").Femtos, endpoint.Id);
            }

            Assert.True(endpoint.Prices.Tiers.Zip(endpoint.Prices.Tiers.Skip(1))
                .All(pair => pair.First.AbovePromptTokens < pair.Second.AbovePromptTokens), endpoint.Id);
        }
    }

    [Fact]
    public void Every_provider_has_an_address_that_ends_with_a_slash()
    {
        Assert.All(Snapshot.Providers, provider =>
        {
            Assert.NotNull(provider.BaseUrl);
            Assert.Equal("https", provider.BaseUrl.Scheme);
            Assert.EndsWith("/", provider.BaseUrl.AbsoluteUri, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("""[{"slug":"a/b","parameters":["teperature"]}]""", "teperature")]
    [InlineData("""[{"slug":"a/b","input":["txt"]}]""", "txt")]
    [InlineData("""[{"slug":"a/b","contxt":1}]""", "contxt")]
    public void An_unknown_name_in_the_data_is_an_error(string json, string name)
    {
        var error = Assert.Throws<JsonException>(() => DataReader.Models(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "OpenAI")]
    [InlineData("deepseek", "DeepSeek")]
    [InlineData("groq", "Groq")]
    [InlineData("xai", "xAI")]
    [InlineData("together", "Together")]
    [InlineData("z-ai", "Z.AI")]
    [InlineData("mistral", "Mistral")]
    public void Display_names_are_those_of_the_public_list(string slug, string name)
    {
        Assert.True(Snapshot.TryGetProvider(slug, out var provider));
        Assert.Equal(name, provider.Name);
        Assert.True(Snapshot.TryGetProvider(name.ToUpperInvariant(), out var byName));
        Assert.Same(provider, byName);
    }
}
