using System.Text.Json;

namespace Patchbay.Api.Tests.Catalogue;

public sealed class CatalogueRoutesTests(CatalogueServer server) : IClassFixture<CatalogueServer>
{
    // openrouter/auto, free, pareto-code, bodybuilder, fusion and fusion-flash
    private const int Routers = 6;

    // The names that move with time are rows, too.
    private int Rows => server.Holder.Current.Models.Length + server.Holder.Current.Latest.Length + Routers;

    [Fact]
    public async Task A_name_that_moves_with_time_is_a_row_with_its_targets_price_and_abilities()
    {
        var alias = server.Holder.Current.Latest[0];
        var rows = (await server.GetAsync("/api/v1/models")).Body.GetProperty("data").EnumerateArray().ToArray();

        var row = Assert.Single(rows, row => row.GetProperty("id").GetString() == alias.Slug);
        var target = Assert.Single(rows, row => row.GetProperty("id").GetString() == alias.Target.Slug);

        Assert.Equal(alias.Target.Slug, row.GetProperty("alias_target").GetProperty("slug").GetString());
        Assert.Equal(alias.Target.Name, row.GetProperty("alias_target").GetProperty("name").GetString());
        Assert.False(target.TryGetProperty("alias_target", out _));
        foreach (var name in new[] { "pricing", "context_length", "supported_parameters", "architecture" })
        {
            Assert.Equal(target.GetProperty(name).GetRawText(), row.GetProperty(name).GetRawText());
        }
    }

    [Fact]
    public async Task All_models_come_at_once_when_no_page_is_asked_for()
    {
        var (status, body) = await server.GetAsync("/api/v1/models");
        Assert.Equal(200, status);
        Assert.Equal(Rows, body.GetProperty("data").GetArrayLength());
        Assert.Equal(Rows, body.GetProperty("total_count").GetInt32());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("links").GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_model_has_every_member_that_the_api_requires()
    {
        var (_, body) = await server.GetAsync("/api/v1/model/openai/gpt-4o-mini");
        var model = body.GetProperty("data");
        string[] required =
        [
            "id", "canonical_slug", "name", "created", "description", "pricing", "context_length", "architecture",
            "top_provider", "per_request_limits", "supported_parameters", "default_parameters", "supported_voices",
            "links", "hugging_face_id", "knowledge_cutoff", "expiration_date",
        ];
        Assert.All(required, name => Assert.True(model.TryGetProperty(name, out _), name));
        Assert.Equal("openai/gpt-4o-mini", model.GetProperty("id").GetString());
        Assert.Equal("0.00000015", model.GetProperty("pricing").GetProperty("prompt").GetString());
        Assert.Equal("0.0000006", model.GetProperty("pricing").GetProperty("completion").GetString());
        Assert.Equal("/api/v1/models/openai/gpt-4o-mini/endpoints",
            model.GetProperty("links").GetProperty("details").GetString());
        var architecture = model.GetProperty("architecture");
        Assert.Equal("text+image+file->text", architecture.GetProperty("modality").GetString());
        Assert.Equal("GPT", architecture.GetProperty("tokenizer").GetString());
        Assert.True(model.GetProperty("top_provider").TryGetProperty("max_completion_tokens", out _));
    }

    [Fact]
    public async Task A_model_is_found_with_a_variant_suffix_and_by_its_canonical_slug()
    {
        var model = server.Holder.Current.Models.First(candidate => candidate.CanonicalSlug != candidate.Slug);
        foreach (var name in (string[])[model.Slug + ":nitro", model.CanonicalSlug])
        {
            var (status, body) = await server.GetAsync($"/api/v1/model/{name}");
            Assert.Equal(200, status);
            Assert.Equal(model.Slug, body.GetProperty("data").GetProperty("id").GetString());
        }
    }

    [Theory]
    [InlineData("/api/v1/model/nobody/nothing")]
    [InlineData("/api/v1/models/nobody/nothing/endpoints")]
    public async Task An_unknown_model_is_not_found(string path)
    {
        var (status, body) = await server.GetAsync(path);
        Assert.Equal(404, status);
        Assert.Equal("There is no model 'nobody/nothing'.", body.GetProperty("Message").GetString());
    }

    [Fact]
    public async Task Pages_chain_by_their_links_and_cover_everything_once()
    {
        var seen = new List<string>();
        string? path = "/api/v1/models?limit=200&sort=pricing-high-to-low";
        while (path is not null)
        {
            var (status, body) = await server.GetAsync(path);
            Assert.Equal(200, status);
            seen.AddRange(Ids(body));
            path = body.GetProperty("links").GetProperty("next").GetString();
        }

        Assert.Equal(Rows, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Theory]
    [InlineData("q=GPT-4o%20mini", "openai/gpt-4o-mini", "deepseek/deepseek-chat")]
    [InlineData("model_authors=openai,mistralai", "openai/gpt-4o-mini", "deepseek/deepseek-chat")]
    [InlineData("providers=DeepSeek", "deepseek/deepseek-chat", "openai/gpt-4o-mini")]
    [InlineData("input_modalities=text,image", "openai/gpt-4o-mini", "deepseek/deepseek-chat")]
    [InlineData("supported_parameters=tools,structured_outputs", "openai/gpt-4o-mini", "ai21/j2-light")]
    [InlineData("context=100000", "openai/gpt-4o-mini", "openai/gpt-4")]
    [InlineData("max_price=1", "openai/gpt-4o-mini", "openai/gpt-4")]
    [InlineData("min_price=10.5", "openai/gpt-4", "openai/gpt-4o-mini")]
    public async Task A_filter_keeps_what_matches_and_drops_the_rest(string filter, string kept, string dropped)
    {
        var (status, body) = await server.GetAsync($"/api/v1/models?{filter}");
        Assert.Equal(200, status);
        var ids = Ids(body);
        Assert.Contains(kept, ids);
        Assert.DoesNotContain(dropped, ids);
        Assert.Equal(ids.Length, body.GetProperty("total_count").GetInt32());
    }

    [Fact]
    public async Task Sorting_by_context_puts_the_longest_first()
    {
        var (_, body) = await server.GetAsync("/api/v1/models?sort=context-high-to-low&limit=50");
        var lengths = body.GetProperty("data").EnumerateArray()
            .Select(model => model.GetProperty("context_length").GetInt32()).ToArray();
        Assert.Equal(lengths.OrderDescending(), lengths);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("offset=-1", "offset")]
    [InlineData("offset=x", "offset")]
    [InlineData("context=many", "context")]
    [InlineData("min_price=-1", "min_price")]
    [InlineData("max_price=1e3", "max_price")]
    [InlineData("sort=best", "sort")]
    [InlineData("supported_parameters=tools,tulips", "supported_parameters")]
    [InlineData("input_modalities=smell", "input_modalities")]
    [InlineData("output_modalities=smell", "output_modalities")]
    public async Task A_bad_value_is_refused_by_the_name_of_its_parameter(string query, string parameter)
    {
        var (status, body) = await server.GetAsync($"/api/v1/models?{query}");
        Assert.Equal(400, status);
        Assert.Equal(parameter, body.GetProperty("Parameter").GetString());
        Assert.StartsWith(parameter, body.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_count_is_that_of_the_list()
    {
        var (_, body) = await server.GetAsync("/api/v1/models/count");
        Assert.Equal(Rows, body.GetProperty("data").GetProperty("count").GetInt32());
        foreach (var kind in (string[])["text", "video", "all"])
        {
            var (_, some) = await server.GetAsync($"/api/v1/models/count?output_modalities={kind}");
            var (_, list) = await server.GetAsync($"/api/v1/models?output_modalities={kind}");
            Assert.Equal(list.GetProperty("total_count").GetInt32(), some.GetProperty("data").GetProperty("count").GetInt32());
            Assert.NotEqual(0, list.GetProperty("total_count").GetInt32());
        }
    }

    [Fact]
    public async Task Endpoints_show_prices_limits_and_recent_figures()
    {
        Assert.True(server.Holder.Current.TryGetModel("deepseek/deepseek-chat", out var model));
        var busy = model.Endpoints[0];
        server.Statistics[busy.Id] = new EndpointStatistics
        {
            Uptime5m = 100,
            Uptime30m = 99.5,
            Latency = new EndpointPercentiles(100, 200, 300, 400),
            Status = -1,
        };
        var (status, body) = await server.GetAsync("/api/v1/models/deepseek/deepseek-chat/endpoints");
        Assert.Equal(200, status);
        var data = body.GetProperty("data");
        Assert.Equal("deepseek/deepseek-chat", data.GetProperty("id").GetString());
        Assert.Equal(model.Endpoints.Length, data.GetProperty("endpoints").GetArrayLength());

        var first = data.GetProperty("endpoints")[0];
        Assert.Equal(busy.Tag, first.GetProperty("tag").GetString());
        Assert.Equal(busy.Provider.Name, first.GetProperty("provider_name").GetString());
        Assert.Equal(busy.Prices.Prompt.ToString(), first.GetProperty("pricing").GetProperty("prompt").GetString());
        Assert.Equal(100, first.GetProperty("uptime_last_5m").GetDouble());
        Assert.Equal(99.5, first.GetProperty("uptime_last_30m").GetDouble());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("uptime_last_1d").ValueKind);
        Assert.Equal(400, first.GetProperty("latency_last_30m").GetProperty("p99").GetDouble());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("throughput_last_30m").ValueKind);
        Assert.Equal(-1, first.GetProperty("status").GetInt32());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("max_prompt_tokens").ValueKind);
        Assert.True(first.TryGetProperty("supports_implicit_caching", out _));
    }

    [Fact]
    public async Task Providers_are_listed_without_their_secrets()
    {
        using var response = await server.SendAsync("/api/v1/providers");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("sk-secret", text, StringComparison.Ordinal);
        var openai = JsonDocument.Parse(text).RootElement.GetProperty("data").EnumerateArray()
            .Single(provider => provider.GetProperty("slug").GetString() == "openai");
        Assert.Equal("OpenAI", openai.GetProperty("name").GetString());
        Assert.Equal("US", openai.GetProperty("headquarters").GetString());
        Assert.Equal("https://openai.com/policies/privacy-policy/", openai.GetProperty("privacy_policy_url").GetString());
        Assert.Equal("https://status.openai.com/", openai.GetProperty("status_page_url").GetString());
    }

    [Fact]
    public async Task Long_prompts_show_their_prices_as_overrides()
    {
        var model = server.Holder.Current.Models.First(candidate => candidate.Endpoints[0].Prices.Tiers.Count > 0
            && !candidate.Endpoints.Any(endpoint => endpoint.Routable));
        var tier = model.Endpoints[0].Prices.Tiers[0];
        var (_, body) = await server.GetAsync($"/api/v1/model/{model.Slug}");
        var shown = body.GetProperty("data").GetProperty("pricing").GetProperty("overrides")[0];
        Assert.Equal(tier.AbovePromptTokens, shown.GetProperty("min_prompt_tokens").GetInt64());
        Assert.Equal(tier.Prices.Prompt.ToString(), shown.GetProperty("prompt").GetString());
    }

    private static string[] Ids(JsonElement body) =>
        [.. body.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
}
