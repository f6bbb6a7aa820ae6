using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

public sealed class GenerationTests
{
    [Fact]
    public async Task A_generation_shows_all_that_its_row_says()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync();
        server.World.Generations.Rows.Add(Row("gen-1", server.World.Tenant.Workspace) with { KeyId = key.Id });

        var found = (await server.GetAsync("/generation?id=gen-1", text)).AssertStatus(200);

        Assert.Equal($$$"""
            {"data":{"id":"gen-1","upstream_id":"up-1","api_type":"completions",
            "created_at":"2026-03-10T08:30:15.25Z","model":"acme/echo","provider_name":"Acme","router":null,
            "preset_id":null,"app_id":null,"streamed":true,"cancelled":false,"finish_reason":"stop",
            "native_finish_reason":"end","latency":120,"generation_time":950,"moderation_latency":null,
            "tokens_prompt":1100,"tokens_completion":60,"native_tokens_prompt":1100,"native_tokens_completion":60,
            "native_tokens_reasoning":20,"native_tokens_cached":100,"native_tokens_completion_images":null,
            "num_media_prompt":2,"num_input_audio_prompt":null,"num_media_completion":null,"num_search_results":null,
            "num_fetches":null,"web_search_engine":null,"total_cost":0.000000001,"usage":0.000000001,
            "cache_discount":null,"upstream_inference_cost":null,"is_byok":false,"service_tier":"flex",
            "data_region":"global","origin":"https://app.example:8443","http_referer":"https://app.example:8443/chat",
            "user_agent":"agent/1","external_user":"u-7","session_id":"s-9","request_id":null,
            "response_cache_source_id":null,"workspace_id":"{{{server.World.Tenant.Workspace.Id}}}",
            "provider_responses":[
            {"status":null,"provider_name":"Bolt","endpoint_id":"bolt/echo","model_permaslug":"acme/echo","latency":30,"error":"provider_unreachable"},
            {"status":200,"provider_name":"Acme","endpoint_id":"acme/echo","id":"up-1","model_permaslug":"acme/echo",
            "latency":80,"is_byok":false}]}}
            """.ReplaceLineEndings(string.Empty), found.Text);
    }

    [Fact]
    public async Task What_a_failed_generation_did_not_learn_is_null()
    {
        await using var server = await ApiServer.StartAsync();
        server.World.Generations.Rows.Add(new Generation
        {
            Id = "gen-2",
            CreatedAt = server.World.Clock.GetUtcNow(),
            OrganizationId = server.World.Tenant.Organization.Id,
            WorkspaceId = server.World.Tenant.Workspace.Id,
            Model = "acme/echo",
            ApiType = "completions",
            Outcome = GenerationOutcome.Failed,
        });
        var found = (await server.GetAsync("/generation?id=gen-2")).AssertStatus(200);
        Assert.Equal("null", found.Raw("provider_name"));
        Assert.Equal("null", found.Raw("latency"));
        Assert.Equal("null", found.Raw("tokens_prompt"));
        Assert.Equal("null", found.Raw("native_tokens_completion"));
        Assert.Equal("0", found.Raw("total_cost"));
        Assert.Equal("\"\"", found.Raw("origin"));
        Assert.Equal("[]", found.Raw("provider_responses"));
    }

    [Fact]
    public async Task A_cancelled_generation_on_an_own_key_says_so()
    {
        await using var server = await ApiServer.StartAsync();
        server.World.Generations.Rows.Add(Row("gen-3", server.World.Tenant.Workspace) with
        {
            Outcome = GenerationOutcome.Cancelled,
            IsByok = true,
            Charge = Money.Zero,
            ProviderCost = new Money(70_000),
        });
        var found = (await server.GetAsync("/generation?id=gen-3")).AssertStatus(200);
        Assert.Equal("true", found.Raw("cancelled"));
        Assert.Equal("true", found.Raw("is_byok"));
        Assert.Equal("0.00007", found.Raw("upstream_inference_cost"));
        Assert.Equal("0", found.Raw("usage"));
    }

    [Fact]
    public async Task A_key_sees_its_workspace_a_manager_the_organization_and_nobody_another()
    {
        await using var server = await ApiServer.StartAsync();
        var world = server.World;
        world.Generations.Rows.Add(Row("gen-a", world.Tenant.Workspace));
        world.Generations.Rows.Add(Row("gen-b", world.SecondWorkspace));
        world.Generations.Rows.Add(Row("gen-c", world.OtherWorkspace));
        var (plain, _) = await world.AddKeyAsync();
        var manager = await world.AddManagementKeyAsync();
        var missing = await server.GetAsync("/generation?id=gen-missing", plain);
        missing.AssertError(404, "Resource not found");

        async Task SeesAsync(string key, params string[] ids)
        {
            foreach (var id in new[] { "gen-a", "gen-b", "gen-c" })
            {
                var answer = await server.GetAsync($"/generation?id={id}", key);
                Assert.Equal(ids.Contains(id) ? 200 : 404, answer.Status);
                Assert.True(answer.Status == 200 || answer.Text == missing.Text);
            }

            var list = (await server.GetAsync("/generations", key)).AssertStatus(200);
            Assert.Equal(ids.Reverse(), list.Data.EnumerateArray().Select(item => item.GetProperty("id").GetString()));
            Assert.Equal(ids.Length, list.Json.GetProperty("total_count").GetInt32());
        }

        await SeesAsync(plain, "gen-a");
        await SeesAsync(manager, "gen-a", "gen-b");
        await SeesAsync(World.Master, "gen-a", "gen-b");
        await SeesAsync((await world.AddKeyAsync(workspace: world.OtherWorkspace)).Text, "gen-c");
    }

    [Fact]
    public async Task Generations_come_newest_first_in_pages()
    {
        await using var server = await ApiServer.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            server.World.Generations.Rows.Add(Row($"gen-{i}", server.World.Tenant.Workspace));
        }

        Assert.Equal(50, (await server.GetAsync("/generations")).Data.GetArrayLength());
        Assert.Equal(60, (await server.GetAsync("/generations?limit=200")).Data.GetArrayLength());
        var page = await server.GetAsync("/generations?limit=2&offset=1");
        Assert.Equal("gen-58", page.Data[0].GetProperty("id").GetString());
        Assert.Equal(2, page.Data.GetArrayLength());
        Assert.Equal(60, page.Json.GetProperty("total_count").GetInt32());
    }

    [Theory]
    [InlineData("/generation", "id")]
    [InlineData("/generation?id=", "id")]
    [InlineData("/generation?id=%00", "id")]
    [InlineData("/generations?limit=0", "limit")]
    [InlineData("/generations?limit=201", "limit")]
    [InlineData("/generations?limit=ten", "limit")]
    [InlineData("/generations?offset=-1", "offset")]
    public async Task A_bad_parameter_is_named(string path, string param)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.GetAsync(path)).AssertError(400, $"'{param}'", param);
    }

    private static Generation Row(string id, Workspace workspace) => new()
    {
        Id = id,
        CreatedAt = new DateTimeOffset(2026, 3, 10, 8, 30, 15, 250, TimeSpan.Zero),
        OrganizationId = workspace.OrganizationId,
        WorkspaceId = workspace.Id,
        Model = "acme/echo",
        ProviderName = "Acme",
        EndpointId = "acme/echo",
        UpstreamId = "up-1",
        ApiType = "completions",
        Streamed = true,
        Outcome = GenerationOutcome.Completed,
        FinishReason = "stop",
        NativeFinishReason = "end",
        Usage = new Usage { UncachedInput = 1000, CacheRead = 100, Output = 40, Reasoning = 20, ImagesIn = 2 },
        Charge = new Money(1),
        ProviderCost = new Money(1),
        LatencyMs = 120,
        DurationMs = 950,
        ServiceTier = "flex",
        SessionId = "s-9",
        ExternalUser = "u-7",
        UserAgent = "agent/1",
        Referer = "https://app.example:8443/chat",
        Attempts =
        [
            new GenerationAttempt("bolt/echo", "Bolt", "acme/echo", 0, "provider_unreachable", 30),
            new GenerationAttempt("acme/echo", "Acme", "acme/echo", 200, null, 80),
        ],
    };
}
