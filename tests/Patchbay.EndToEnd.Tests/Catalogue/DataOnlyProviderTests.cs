using System.Globalization;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>What docs/adding-a-provider.md promises.</summary>
public sealed class DataOnlyProviderTests(CatalogueWorld fixture) : IClassFixture<CatalogueWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task An_invented_provider_that_is_one_entry_answers_for_a_model_of_the_catalogue()
    {
        var response = await World.Api.ChatAsync(CatalogueWorld.Model, Token, "\"provider\":{\"only\":[\"invented\"]}");

        Assert.Equal(200, response.Status);
        Assert.Equal("INVENTED", response.Json.GetProperty("provider").GetString());
        Assert.Equal(CatalogueWorld.Model, response.Json.GetProperty("model").GetString());

        // 5 × $0.0000001 + 7 × $0.0000004
        Assert.Equal(0.0000033m, response.Json.GetProperty("usage").GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task It_stands_among_the_built_in_endpoints_of_its_model()
    {
        var endpoints = await EndpointsAsync(CatalogueWorld.Model);

        Assert.Contains("invented", endpoints.Select(Tag));
        Assert.True(endpoints.Length > 10, $"{endpoints.Length} endpoints");
        var own = endpoints.Single(endpoint => Tag(endpoint) == "invented");
        Assert.Equal("0.0000001", own.GetProperty("pricing").GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_thousand_models_are_listed_and_all_prices_can_be_read()
    {
        var data = (await World.Api.GetAsync("/api/v1/models", Token)).Json.GetProperty("data");

        Assert.True(data.GetArrayLength() >= 1_000, $"{data.GetArrayLength()} models");
        var unknown = 0;
        foreach (var model in data.EnumerateArray())
        {
            foreach (var name in (string[])["prompt", "completion"])
            {
                var price = decimal.Parse(
                    model.GetProperty("pricing").GetProperty(name).GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture);
                Assert.True(price is -1 or (>= 0 and < 0.01m), $"{model.GetProperty("id")}: {price}");
                unknown += price < 0 ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{data.GetArrayLength()} models, {unknown} prices of prompt or completion unknown");
    }

    [Fact]
    public async Task An_endpoint_without_a_known_price_is_never_called_even_when_it_is_asked_for()
    {
        // Groq has a key here, and charges for some of its models by other things than tokens.
        var (model, tag) = await UnpricedAsync("groq");

        var response = await World.Api.ChatAsync(model, Token, $"\"provider\":{{\"only\":[\"{tag}\"]}}");

        Assert.Equal(404, response.Status);
        Assert.Equal("no_endpoints", response.ErrorCode);
    }

    [Fact]
    public async Task A_model_that_only_protocols_not_spoken_serve_is_refused_by_their_names()
    {
        var response = await World.Api.ChatAsync(CatalogueWorld.Model, Token, "\"provider\":{\"only\":[\"watsonx\"]}");

        Assert.Equal(404, response.Status);
        Assert.Equal("no_endpoints", response.ErrorCode);
        Assert.Contains("speaks an API that this release does not (watsonx)", response.ErrorMessage, StringComparison.Ordinal);
    }

    private async Task<(string Model, string Tag)> UnpricedAsync(string provider)
    {
        var models = (await World.Api.GetAsync($"/api/v1/models?providers={provider}", Token)).Json.GetProperty("data");
        foreach (var model in models.EnumerateArray())
        {
            var slug = model.GetProperty("id").GetString()!;
            foreach (var endpoint in await EndpointsAsync(slug))
            {
                if (Tag(endpoint).StartsWith(provider, StringComparison.Ordinal)
                    && endpoint.GetProperty("pricing").GetProperty("prompt").GetString() == "-1")
                {
                    return (slug, Tag(endpoint));
                }
            }
        }

        throw new InvalidOperationException($"Every price at {provider} is known.");
    }

    private async Task<JsonElement[]> EndpointsAsync(string model)
    {
        var response = await World.Api.GetAsync($"/api/v1/models/{model}/endpoints", Token);
        Assert.Equal(200, response.Status);
        return [.. response.Json.GetProperty("data").GetProperty("endpoints").EnumerateArray()];
    }

    private static string Tag(JsonElement endpoint) => endpoint.GetProperty("tag").GetString()!;
}
