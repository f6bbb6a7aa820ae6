using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Patchbay.Api.Tests.Catalogue;

/// <summary>Everything that the built-in catalogue holds, as the API shows it.</summary>
public sealed class WholeCatalogueTests(CatalogueServer server, ITestOutputHelper output) : IClassFixture<CatalogueServer>
{
    private readonly Schema _schema = new();

    [Fact]
    public async Task A_thousand_models_are_as_described()
    {
        var (status, body) = await server.GetAsync("/api/v1/models");
        Assert.Equal(200, status);
        Assert.True(body.GetProperty("data").GetArrayLength() >= 1_000);
        Assert.Equal([], _schema.Check("ModelsResponse", body).Take(20));
    }

    [Fact]
    public async Task Models_and_endpoints_fit_the_reference()
    {
        var reference = new Schema(ReferenceDescription.Load());
        var (_, models) = await server.GetAsync("/api/v1/models");
        Assert.Equal([], reference.Check("ModelsListResponse", models).Take(20));
        var endpoints = 0;
        foreach (var model in server.Holder.Current.Models)
        {
            var (_, body) = await server.GetAsync($"/api/v1/models/{model.Slug}/endpoints");
            var errors = reference.Check("ListEndpointsResponse", body.GetProperty("data"));

            // The reference lists OpenRouter's own providers by name; there are more here.
            Assert.Equal([], errors.Where(error => !error.Contains("].provider_name: ", StringComparison.Ordinal)).Take(20));
            endpoints += body.GetProperty("data").GetProperty("endpoints").GetArrayLength();
        }

        output.WriteLine($"{models.GetProperty("data").GetArrayLength()} models and {endpoints} endpoints fit the reference");
    }

    [Fact]
    public async Task Endpoints_and_providers_are_as_described()
    {
        var (_, providers) = await server.GetAsync("/api/v1/providers");
        Assert.True(providers.GetProperty("data").GetArrayLength() >= 120);
        Assert.Equal([], _schema.Check("ProvidersResponse", providers).Take(20));
        foreach (var model in server.Holder.Current.Models.Where((_, index) => index % 20 == 0))
        {
            var (_, body) = await server.GetAsync($"/api/v1/models/{model.Slug}/endpoints");
            Assert.Equal([], _schema.Check("EndpointsResponse", body).Take(20));
        }
    }

    [Fact]
    public async Task The_list_takes_less_than_a_tenth_of_a_second_once_it_is_rendered()
    {
        var clock = Stopwatch.StartNew();
        using (var first = await server.SendAsync("/api/v1/models"))
        {
            await first.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
            output.WriteLine($"First: {clock.ElapsedMilliseconds} ms, {first.Content.Headers.ContentLength / 1024} KiB");
        }

        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            clock.Restart();
            using var next = await server.SendAsync("/api/v1/models");
            await next.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
            fastest = clock.Elapsed < fastest ? clock.Elapsed : fastest;
        }

        output.WriteLine($"Fastest of the next 20: {fastest.TotalMilliseconds:0.0} ms");
        Assert.True(fastest < TimeSpan.FromMilliseconds(100), $"{fastest}");
    }

    [Fact]
    public async Task A_price_that_nobody_told_is_minus_one_and_never_zero()
    {
        var unknown = server.Holder.Current.Models.SelectMany(model => model.Endpoints, (model, endpoint) => (model, endpoint))
            .Where(pair => pair.endpoint is { PriceKnown: false, Prices: { Prompt.Femtos: 0, Completion.Femtos: 0 } }).ToArray();
        Assert.NotEmpty(unknown);
        var (_, body) = await server.GetAsync($"/api/v1/models/{unknown[0].model.Slug}/endpoints");
        var shown = body.GetProperty("data").GetProperty("endpoints").EnumerateArray()
            .Single(endpoint => endpoint.GetProperty("tag").GetString() == unknown[0].endpoint.Tag).GetProperty("pricing");
        Assert.Equal("-1", shown.GetProperty("prompt").GetString());
        Assert.Equal("-1", shown.GetProperty("completion").GetString());
    }

    [Theory]
    [InlineData("pricing-low-to-high")]
    [InlineData("pricing-high-to-low")]
    public async Task A_model_without_a_known_price_comes_last_in_either_order(string sort)
    {
        var (_, body) = await server.GetAsync($"/api/v1/models?sort={sort}");
        bool[] known = [.. body.GetProperty("data").EnumerateArray().Select(model => Price(model) >= 0)];
        output.WriteLine($"{known.Count(one => !one)} of {known.Length} models have no known price");
        Assert.Contains(false, known);
        Assert.Equal(known.OrderDescending(), known);
    }

    [Fact]
    public async Task A_model_without_a_known_price_is_not_cheap()
    {
        var (_, body) = await server.GetAsync("/api/v1/models?max_price=0");
        Assert.All(body.GetProperty("data").EnumerateArray(), model => Assert.True(Price(model) >= 0));
    }

    /// <summary>Below zero where the prompt or the completion has no known price.</summary>
    private static decimal Price(JsonElement model)
    {
        var pricing = model.GetProperty("pricing");
        return Math.Min(Read("prompt"), Read("completion"));

        decimal Read(string name) => decimal.Parse(pricing.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }
}
