using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Routing;

public sealed class MetadataTests(RoutingWorld fixture) : IClassFixture<RoutingWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static JsonElement Fits(JsonElement metadata)
    {
        Assert.Empty(RoutingWorld.ByReference("OpenRouterMetadata", metadata));
        return metadata;
    }

    private static List<JsonElement> Chunks(string body) =>
        [.. body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line[6..]))];

    [Theory]
    [InlineData("X-OpenRouter-Metadata", "enabled")]
    [InlineData("X-OpenRouter-Experimental-Metadata", "Enabled")]
    public async Task A_whole_answer_tells_how_it_was_routed_when_asked(string header, string value)
    {
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat("test/one", stream: false), header, value);

        Assert.Equal(200, status);
        var answer = JsonElement.Parse(body);
        var metadata = Fits(answer.GetProperty("openrouter_metadata"));
        Assert.Equal("test/one", metadata.GetProperty("requested").GetString());
        Assert.Equal("direct", metadata.GetProperty("strategy").GetString());
        Assert.Equal("available=1, selected=ALPHA", metadata.GetProperty("summary").GetString());
        Assert.Equal(1, metadata.GetProperty("attempt").GetInt32());
        var only = Assert.Single(metadata.GetProperty("endpoints").GetProperty("available").EnumerateArray());
        Assert.True(only.GetProperty("selected").GetBoolean());
        Assert.Equal("ALPHA", only.GetProperty("provider").GetString());
        Assert.Empty(await fixture.ByOurDescriptionAsync("RoutingMetadata", metadata));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("X-OpenRouter-Metadata", "disabled")]
    [InlineData("X-OpenRouter-Metadata", "true")]
    public async Task Who_does_not_ask_gets_none(string? header, string value)
    {
        var whole = await fixture.ChatAsync(ApiClient.Chat("test/one", stream: false), header, value);
        var stream = await fixture.ChatAsync(ApiClient.Chat("test/one", stream: true), header, value);
        var error = await fixture.ChatAsync(ApiClient.Chat("test/broken", stream: false), header, value);

        Assert.Equal(200, whole.Status);
        Assert.DoesNotContain("openrouter_metadata", whole.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("openrouter_metadata", stream.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("openrouter_metadata", error.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_tells_it_on_the_last_chunk_before_done()
    {
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat("test/one", stream: true));

        Assert.Equal(200, status);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        var chunks = Chunks(body);
        Assert.All(chunks.SkipLast(1), chunk => Assert.False(chunk.TryGetProperty("openrouter_metadata", out _)));
        var metadata = Fits(chunks[^1].GetProperty("openrouter_metadata"));
        Assert.Equal("available=1, selected=ALPHA", metadata.GetProperty("summary").GetString());
        Assert.True(chunks[^1].TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task A_fallback_lists_every_attempt_and_is_kept_with_the_generation()
    {
        var (status, body) = await fixture.ChatAsync(
            ApiClient.Chat("test/falls", stream: false, "\"provider\":{\"order\":[\"alpha\",\"beta\"]}"));

        Assert.Equal(200, status);
        var metadata = Fits(JsonElement.Parse(body).GetProperty("openrouter_metadata"));
        Assert.Equal(2, metadata.GetProperty("attempt").GetInt32());
        var attempts = metadata.GetProperty("attempts");
        Assert.Equal(2, attempts.GetArrayLength());
        Assert.Equal(500, attempts[0].GetProperty("status").GetInt32());
        Assert.Equal("ALPHA", attempts[0].GetProperty("provider").GetString());
        Assert.Equal(200, attempts[1].GetProperty("status").GetInt32());
        Assert.Equal(2, metadata.GetProperty("endpoints").GetProperty("total").GetInt32());

        var generation = await fixture.World.GenerationAsync(JsonElement.Parse(body).GetProperty("id").GetString()!, Token);
        Assert.Equal(2, generation.GetProperty("provider_responses").GetArrayLength());
        Assert.Equal("direct", generation.GetProperty("patchbay").GetProperty("strategy").GetString());
        Assert.Equal(2, generation.GetProperty("patchbay").GetProperty("endpoints").GetInt32());
        Assert.Equal(JsonValueKind.Null, generation.GetProperty("router").ValueKind);
        Assert.Empty(await fixture.ByOurDescriptionAsync("Generation", generation));
    }

    [Fact]
    public async Task A_plain_request_keeps_nothing_that_its_row_does_not_say()
    {
        var answer = await fixture.World.Api.ChatAsync("test/one", Token);

        var generation = await fixture.World.GenerationAsync(answer.Json.GetProperty("id").GetString()!, Token);
        Assert.False(generation.TryGetProperty("patchbay", out _));
        Assert.Single(generation.GetProperty("provider_responses").EnumerateArray());
    }

    [Fact]
    public async Task Errors_tell_it_beside_the_error()
    {
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat("test/broken", stream: false));

        Assert.Equal(502, status);
        var metadata = Fits(JsonElement.Parse(body).GetProperty("openrouter_metadata"));
        Assert.True(metadata.GetProperty("attempt").GetInt32() >= 1);
        Assert.EndsWith("selected=none", metadata.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.All(
            metadata.GetProperty("endpoints").GetProperty("available").EnumerateArray(),
            endpoint => Assert.False(endpoint.GetProperty("selected").GetBoolean()));
    }

    [Fact]
    public async Task A_request_that_nothing_can_serve_made_no_attempt_and_says_what_excludes_the_endpoints()
    {
        var (status, body) = await fixture.ChatAsync(
            ApiClient.Chat("test/pair", stream: false, "\"provider\":{\"only\":[\"gamma\"]}"));

        Assert.Equal(404, status);
        var metadata = Fits(JsonElement.Parse(body).GetProperty("openrouter_metadata"));
        Assert.Equal(0, metadata.GetProperty("attempt").GetInt32());
        Assert.Equal(2, metadata.GetProperty("patchbay").GetProperty("excluded").GetProperty("only").GetInt32());
        Assert.Empty(metadata.GetProperty("endpoints").GetProperty("available").EnumerateArray());
    }

    [Fact]
    public async Task A_stream_that_breaks_tells_it_in_the_error_chunk()
    {
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat("test/breaks", stream: true));

        Assert.Equal(200, status);
        var last = Chunks(body)[^1];
        Assert.True(last.TryGetProperty("error", out _));
        Fits(last.GetProperty("openrouter_metadata"));
    }

    [Fact]
    public async Task Several_models_are_a_fallback_and_other_names_of_a_model_an_alias()
    {
        var several = await fixture.ChatAsync(ApiClient.Chat("test/one", stream: false, "\"models\":[\"test/pair\"]"));
        var nitro = await fixture.ChatAsync(ApiClient.Chat("test/one:nitro", stream: false));

        Assert.Equal("fallback", JsonElement.Parse(several.Body).GetProperty("openrouter_metadata").GetProperty("strategy").GetString());
        var metadata = JsonElement.Parse(nitro.Body).GetProperty("openrouter_metadata");
        Assert.Equal("direct", metadata.GetProperty("strategy").GetString());
        Assert.Equal("test/one:nitro", metadata.GetProperty("requested").GetString());
    }

    [Fact]
    public async Task Without_a_key_nothing_is_told()
    {
        using var nobody = new ApiClient(fixture.World.Server.Address, "sk-pb-v1-wrong");

        var refused = await nobody.PostAsync("/api/v1/route/explain", ApiClient.Chat("test/one", stream: false), Token);

        Assert.Equal(401, refused.Status);
        Assert.DoesNotContain("openrouter_metadata", refused.Body, StringComparison.Ordinal);
    }
}
