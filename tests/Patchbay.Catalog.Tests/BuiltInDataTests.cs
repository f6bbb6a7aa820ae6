using System.Text;
using System.Text.Json;

namespace Patchbay.Catalog.Tests;

public sealed class BuiltInDataTests(ITestOutputHelper output)
{
    private static readonly CatalogSnapshot Snapshot = BuiltIn.Build();

    [Fact]
    public void The_catalogue_holds_120_providers_1000_models_and_2500_endpoints()
    {
        var endpoints = Snapshot.Models.SelectMany(model => model.Endpoints).ToArray();
        var callable = endpoints.Where(endpoint => endpoint.PriceKnown && endpoint.UpstreamModel.Length > 0).ToArray();
        output.WriteLine($"{Snapshot.Providers.Length} providers, {Snapshot.Models.Length} models, {endpoints.Length} endpoints; "
            + $"{callable.Length} with id and price at {callable.Select(e => e.Provider.Slug).Distinct().Count()} providers; "
            + string.Join(", ", callable.CountBy(e => e.Provider.Protocol).OrderByDescending(p => p.Value).Select(p => $"{p.Key} {p.Value}")));
        Assert.True(Snapshot.Providers.Length >= 120);
        Assert.True(Snapshot.Models.Length >= 1_000);
        Assert.True(callable.Length >= 2_300);
        Assert.True(endpoints.Length >= 2_500);
        Assert.Equal(BuiltIn.Data.Endpoints.Length, endpoints.Length);
        Assert.True(Snapshot.Models.Sum(model => model.Benchmarks.Count) >= 350);
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
    public void An_endpoint_whose_id_or_price_is_unknown_is_listed_and_never_called()
    {
        var unknown = BuiltIn.Build(("FIREWORKS_API_KEY", "sk-test"), ("OPENAI_API_KEY", "sk-test"), ("PHALA_API_KEY", "sk-test"))
            .Models.SelectMany(model => model.Endpoints)
            .Where(endpoint => !endpoint.PriceKnown || endpoint.UpstreamModel.Length == 0).ToArray();
        Assert.NotEmpty(unknown);
        Assert.All(unknown, endpoint => Assert.False(endpoint.Routable));
    }

    [Fact]
    public void Addresses_end_with_a_slash_and_are_https()
    {
        Assert.All(Snapshot.Providers.Where(provider => provider.BaseUrl is not null), provider =>
        {
            Assert.Equal("https", provider.BaseUrl!.Scheme);
            Assert.EndsWith("/", provider.BaseUrl.AbsoluteUri, StringComparison.Ordinal);
        });
        Assert.True(Snapshot.Providers.Count(provider => provider.BaseUrl is not null) >= 120);
    }

    [Fact]
    public void An_address_with_a_setting_is_known_once_the_variable_is_set()
    {
        Assert.True(Snapshot.TryGetProvider("azure", out var without));
        Assert.Null(without.BaseUrl);
        Assert.Equal(["AZURE_RESOURCE_NAME"], without.MissingSettings);
        Assert.True(BuiltIn.Build(("AZURE_RESOURCE_NAME", "acme")).TryGetProvider("azure", out var with));
        Assert.Equal("https://acme.openai.azure.com/openai/v1/", with.BaseUrl!.AbsoluteUri);
        Assert.True(BuiltIn.Build(("AZURE_RESOURCE_NAME", "acme@evil.example/")).TryGetProvider("azure", out var refused));
        Assert.Null(refused.BaseUrl);
    }

    [Fact]
    public void An_endpoint_of_another_protocol_has_the_address_of_that_protocol()
    {
        var record = BuiltIn.Data.Endpoints.First(endpoint => endpoint is { Provider: "z-ai", Protocol: "anthropic" });
        Assert.True(Snapshot.TryGetModel(record.Model, out var model));
        var endpoint = model.Endpoints.First(candidate => candidate.Provider.Slug == "z-ai" && candidate.UpstreamModel == record.Id);
        Assert.Equal("anthropic", endpoint.Provider.Protocol);
        Assert.Equal("https://api.z.ai/api/anthropic/", endpoint.Provider.BaseUrl!.AbsoluteUri);
        Assert.True(Snapshot.TryGetProvider("z-ai", out var provider));
        Assert.Equal("openai", provider.Protocol);
    }

    [Fact]
    public void Names_of_providers_are_unique()
    {
        var names = Snapshot.Providers.SelectMany(provider => new[] { provider.Slug, provider.Name }.Distinct(StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(names.CountBy(name => name, StringComparer.OrdinalIgnoreCase), pair => pair.Value > 1);
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
    [InlineData("""[{"model":"a/b","prices":{"prompt":"1e-6"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"-1"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"0.0000000000000001"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"9999999999"}}]""")]
    [InlineData("""[{"model":"a/b","context":99999999999}]""")]
    [InlineData("""[{"model":"a/b","ends":"2026-1"}]""")]
    [InlineData("""[{"model":"a/b","disputed":yes}]""")]
    [InlineData("""[{"model":"a/b"}""")]
    [InlineData("""[{"model":"a/b""")]
    [InlineData("")]
    public void Broken_data_is_an_error_and_never_half_a_catalogue(string json)
    {
        var error = Record.Exception(() => DataReader.Endpoints(Encoding.UTF8.GetBytes(json)));
        Assert.True(error is JsonException or OverflowException or ArgumentOutOfRangeException, error?.GetType().Name);
    }

    [Fact]
    public void Escapes_in_the_data_are_decoded()
    {
        var record = Assert.Single(DataReader.Models("""[{"slug":"a/b","name":"\"A\\\u00e9\"","output":[],"parameters":[]}]"""u8.ToArray()));
        Assert.Equal("\"A\\é\"", record.Name);
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
