using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class ByokTests(TeamByokWorld world) : IClassFixture<TeamByokWorld>, IAsyncLifetime
{
    private const string Operators = "upstream-secret-alpha";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The next test begins without own keys.</summary>
    public async ValueTask DisposeAsync()
    {
        var left = (await world.World.Api.GetAsync("/api/v1/byok?limit=100", Token)).Json.GetProperty("data");
        foreach (var key in left.EnumerateArray())
        {
            Assert.Equal(200, (await world.DeleteAsync(key.GetProperty("id").GetString()!)).Status);
        }
    }

    [Fact]
    public async Task Own_keys_come_in_their_order_before_the_operators_and_those_for_fallback_after_it()
    {
        await world.AddAsync("alpha", "own-refused-fallback", "\"is_fallback\":true");
        await world.AddAsync("alpha", "own-refused-1");
        await world.AddAsync("alpha", "own-unpaid-2");

        var (answer, keys) = await world.AskAsync("test/one");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["own-refused-1", "own-unpaid-2", Operators], keys);
        Assert.False(answer.Json.GetProperty("usage").GetProperty("is_byok").GetBoolean());
    }

    [Fact]
    public async Task A_call_on_an_own_key_costs_nothing_and_shows_what_the_provider_charges()
    {
        await world.AddAsync("alpha", "own-good");
        using var client = await world.World.CreateKeyAsync(Token);

        var (answer, keys) = await world.AskAsync("test/one", client);

        Assert.Equal(["own-good"], keys);
        var usage = answer.Json.GetProperty("usage");
        Assert.True(usage.GetProperty("is_byok").GetBoolean());
        Assert.Equal(0m, usage.GetProperty("cost").GetDecimal());
        Assert.Equal(ByokWorld.ListPrice, usage.GetProperty("cost_details").GetProperty("upstream_inference_cost").GetDecimal());
        var generation = await world.World.GenerationAsync(answer.Header("X-Generation-Id")!, Token);
        Assert.True(generation.GetProperty("is_byok").GetBoolean());
        Assert.Equal(0m, generation.GetProperty("total_cost").GetDecimal());
        Assert.Equal(ByokWorld.ListPrice, generation.GetProperty("upstream_inference_cost").GetDecimal());
        var key = (await client.GetAsync("/api/v1/key", Token)).Json.GetProperty("data");
        Assert.Equal(ByokWorld.ListPrice, key.GetProperty("byok_usage").GetDecimal());
        Assert.Equal(ByokWorld.ListPrice, key.GetProperty("byok_usage_monthly").GetDecimal());
        Assert.Equal(0m, key.GetProperty("usage").GetDecimal());
    }

    [Fact]
    public async Task An_own_key_goes_before_the_requests_order_and_is_told_in_the_metadata()
    {
        await world.AddAsync("alpha", "own-good");
        using var client = new ApiClient(world.World.Server.Address, World.MasterKey);
        client.Headers["X-OpenRouter-Metadata"] = "enabled";

        var (answer, keys) = await world.AskAsync("test/two", client, "\"provider\":{\"order\":[\"beta\"]}");

        Assert.Equal(["own-good"], keys);
        var metadata = answer.Json.GetProperty("openrouter_metadata");
        Assert.True(metadata.GetProperty("is_byok").GetBoolean());
        Assert.Equal("available=2, selected=ALPHA", metadata.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Filters_hold_for_own_keys_too_and_the_owners_word_on_retention_counts_for_them()
    {
        var id = await world.AddAsync("alpha", "own-good");
        var zdr = "\"provider\":{\"zdr\":true}";
        Assert.Empty((await world.AskAsync("test/one", more: "\"provider\":{\"ignore\":[\"alpha\"]}")).Keys);
        Assert.Equal(404, (await world.AskAsync("test/one", more: zdr)).Answer.Status);

        Assert.Equal(200, (await world.PatchAsync(id, """{"declared_zdr":true}""")).Status);
        Assert.Equal(["own-good"], (await world.AskAsync("test/one", more: zdr)).Keys);
    }

    [Fact]
    public async Task A_provider_without_a_key_of_the_operator_is_callable_with_an_own_key_only()
    {
        Assert.Equal(404, (await world.AskAsync("test/three")).Answer.Status);
        await world.AddAsync("gamma", "own-good");
        Assert.Equal(["own-good"], (await world.AskAsync("test/three")).Keys);
    }

    [Fact]
    public async Task A_required_key_keeps_its_models_from_the_operators_account_and_a_sole_one_all()
    {
        var id = await world.AddAsync("alpha", "own-refused", "\"is_required\":true,\"allowed_models\":[\"test/one\"]");

        var (refused, keys) = await world.AskAsync("test/one");
        Assert.Equal(["own-refused"], keys);
        Assert.Equal((401, "byok_key_refused"), (refused.Status, refused.ErrorCode));
        Assert.Contains(id, refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("own-refused", refused.Body, StringComparison.Ordinal);
        Assert.Contains(Operators, (await world.AskAsync("test/two", more: "\"provider\":{\"only\":[\"alpha\"]}")).Keys);

        Assert.Equal(200, (await world.PatchAsync(id, """{"is_byok_only":true}""")).Status);
        Assert.Equal(404, (await world.AskAsync("test/two", more: "\"provider\":{\"only\":[\"alpha\"]}")).Answer.Status);
        Assert.Equal(200, (await world.PatchAsync(id, """{"disabled":true}""")).Status);
        Assert.Equal([Operators], (await world.AskAsync("test/one")).Keys);
    }

    [Fact]
    public async Task A_rate_limit_of_an_own_key_rests_that_key_and_not_the_endpoint()
    {
        var id = await world.AddAsync("alpha", "own-limited");
        Assert.Equal(["own-limited", Operators], (await world.AskAsync("test/one")).Keys);
        Assert.Equal([Operators], (await world.AskAsync("test/one")).Keys);

        Assert.Equal(200, (await world.PatchAsync(id, """{"is_required":true}""")).Status);
        var limited = (await world.AskAsync("test/one")).Answer;
        Assert.Equal(429, limited.Status);
        Assert.Contains(id, limited.ErrorMessage, StringComparison.Ordinal);
        Assert.NotNull(limited.Header("Retry-After"));

        // Another secret is another key, as far as the provider is concerned.
        Assert.Equal(200, (await world.PatchAsync(id, """{"key":"own-good"}""")).Status);
        Assert.Equal(["own-good"], (await world.AskAsync("test/one")).Keys);
    }

    [Fact]
    public async Task An_unpaid_account_is_told_as_402()
    {
        var id = await world.AddAsync("alpha", "own-unpaid", "\"is_required\":true");
        var (answer, _) = await world.AskAsync("test/one");
        Assert.Equal((402, "byok_key_unpaid"), (answer.Status, answer.ErrorCode));
        Assert.Contains(id, answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_callers_that_are_listed_may_use_a_key()
    {
        var made = await world.World.Api.PostAsync("/api/v1/keys", """{"name":"listed"}""", Token);
        using var listed = new ApiClient(world.World.Server.Address, made.Json.GetProperty("key").GetString());
        using var other = await world.World.CreateKeyAsync(Token);
        var hash = made.Json.GetProperty("data").GetProperty("hash").GetString();
        var id = await world.AddAsync("alpha", "own-good", $"\"allowed_api_key_hashes\":[\"{hash}\"]");

        Assert.Equal(["own-good"], (await world.AskAsync("test/one", listed)).Keys);
        Assert.Equal([Operators], (await world.AskAsync("test/one", other)).Keys);
        Assert.Equal([Operators], (await world.AskAsync("test/one")).Keys);

        Assert.Equal(200, (await world.PatchAsync(
            id, $$"""{"allowed_api_key_hashes":null,"allowed_user_ids":["{{Guid.CreateVersion7()}}"]}""")).Status);
        Assert.Equal([Operators], (await world.AskAsync("test/one", listed)).Keys);
    }

    [Fact]
    public async Task A_limit_that_includes_own_keys_refuses_what_the_list_price_exceeds()
    {
        await world.AddAsync("alpha", "own-good", "\"is_required\":true");
        using var counted = await world.World.CreateKeyAsync(Token, "\"limit\":0.0001,\"include_byok_in_limit\":true");
        using var free = await world.World.CreateKeyAsync(Token, "\"limit\":0.0001");
        const string Short = "\"max_tokens\":5";
        const string Long = "\"max_tokens\":2000";

        Assert.Equal(402, (await world.AskAsync("test/one", counted, Long)).Answer.Status);
        Assert.Equal(200, (await world.AskAsync("test/one", free, Long)).Answer.Status);
        Assert.NotEqual(0, (await world.AskAsync("test/one", counted, Short)).Answer.Status);
    }

    [Fact]
    public async Task A_key_is_never_seen_again()
    {
        const string Secret = "own-refused-very-secret-0123456789";
        var id = await world.AddAsync("alpha", Secret, "\"name\":\"mine\"");
        using var client = new ApiClient(world.World.Server.Address, World.MasterKey);
        client.Headers["X-OpenRouter-Metadata"] = "enabled";
        var bodies = new List<string>
        {
            (await world.World.Api.GetAsync("/api/v1/byok", Token)).Body,
            (await world.World.Api.GetAsync($"/api/v1/byok/{id}", Token)).Body,
            (await world.PatchAsync(id, $$"""{"key":"{{Secret}}-2","name":null}""")).Body,
            (await world.PatchAsync(id, $$"""{"key":"{{Secret}} with spaces"}""")).Body,
            (await world.AskAsync("test/one", client)).Answer.Body,
            (await client.StreamAsync("test/one", Token)).Raw,
            (await world.World.Api.PostAsync("/api/v1/route/explain", """{"model":"test/one","messages":[{"role":"user","content":"x"}]}""", Token)).Body,
        };
        await world.PatchAsync(id, """{"is_required":true}""");
        bodies.Add((await world.AskAsync("test/one", client)).Answer.Body);
        bodies.Add((await client.StreamAsync("test/one", Token)).Raw);
        bodies.Add(world.World.Server.Output);

        Assert.All(bodies, body => Assert.DoesNotContain("very-secret", body, StringComparison.Ordinal));
        Assert.Contains("own-...6789", bodies[0], StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(world.World.Data).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("very-secret", await TextOfAsync(file), StringComparison.Ordinal);
        }
    }

    // SQLite may delete a file of its own between the list and the look.
    private static async Task<string> TextOfAsync(string file)
    {
        try
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            return await reader.ReadToEndAsync(Token);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    [Fact]
    public async Task Bad_members_are_named()
    {
        await Refuses("""{"key":"x"}""", "provider");
        await Refuses("""{"provider":"nobody","key":"x"}""", "provider");
        await Refuses("""{"provider":"alpha"}""", "key");
        await Refuses("""{"provider":"alpha","key":"with space"}""", "key");
        await Refuses("""{"provider":"azure","key":"plain"}""", "key");
        await Refuses("""{"provider":"azure","key":"[{\"api_key\":\"k\",\"endpoint_url\":\"https://evil.test/\",\"model_slug\":\"a/b\",\"model_id\":\"m\"}]"}""", "key");
        await Refuses("""{"provider":"google-vertex","key":"{\"type\":\"service_account\"}"}""", "key");
        await Refuses("""{"provider":"amazon-bedrock","key":"{\"accessKeyId\":\"A\"}"}""", "key");
        await Refuses("""{"provider":"alpha","key":"x","allowed_models":[]}""", "allowed_models");
        await Refuses("""{"provider":"alpha","key":"x","allowed_api_key_hashes":["ABC"]}""", "allowed_api_key_hashes[0]");
        await Refuses("""{"provider":"alpha","key":"x","is_fallback":true,"is_required":true}""", "is_fallback");
        await Refuses("""{"provider":"alpha","key":"x","workspace_id":"0198c0de-0000-7000-8000-000000000000"}""", "workspace_id");
        await Refuses("""{"provider":"alpha","key":"x","surprise":1}""", "surprise");
        Assert.Equal(400, (await world.World.Api.GetAsync("/api/v1/byok?provider=nobody", Token)).Status);

        async Task Refuses(string body, string field)
        {
            var answer = await world.World.Api.PostAsync("/api/v1/byok", body, Token);
            Assert.True(answer.Status == 400, answer.Body);
            Assert.StartsWith($"'{field}'", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Credentials_of_the_clouds_are_taken_in_their_own_forms()
    {
        await world.AddAsync("amazon-bedrock", "bedrock-api-key-0123456789abcdef");
        foreach (var (provider, key) in new[]
        {
            ("amazon-bedrock", """{"accessKeyId":"AKIATEST00000000","secretAccessKey":"s","region":"eu-west-1"}"""),
            ("azure", """[{"api_key":"k","resource_name":"res","resource_type":"ai_foundry"},{"api_key":"k","endpoint_url":"https://res.openai.azure.com/openai/deployments/d","model_slug":"a/b","model_id":"d"}]"""),
            ("google-vertex", """{"type":"service_account","project_id":"p","private_key":"k","client_email":"e@p.test","region":"us-central1"}"""),
        })
        {
            var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["provider"] = provider, ["key"] = key });
            var answer = await world.World.Api.PostAsync("/api/v1/byok", body, Token);
            Assert.True(answer.Status == 201, answer.Body);
        }

        var list = (await world.World.Api.GetAsync("/api/v1/byok?provider=amazon-bedrock&limit=1&offset=1", Token)).Json;
        Assert.Equal(2, list.GetProperty("total_count").GetInt32());
        Assert.Equal(1, Assert.Single(list.GetProperty("data").EnumerateArray()).GetProperty("sort_order").GetInt32());
    }

    [Fact]
    public async Task A_deleted_key_is_used_no_more_and_an_inference_key_may_not_manage()
    {
        var id = await world.AddAsync("alpha", "own-good");
        using var client = await world.World.CreateKeyAsync(Token);
        Assert.Equal(403, (await client.GetAsync("/api/v1/byok", Token)).Status);
        Assert.Equal(403, (await client.GetAsync($"/api/v1/byok/{id}", Token)).Status);
        Assert.True((await world.DeleteAsync(id)).Json.GetProperty("deleted").GetBoolean());
        Assert.Equal(404, (await world.DeleteAsync(id)).Status);
        Assert.Equal(404, (await world.World.Api.GetAsync($"/api/v1/byok/{id}", Token)).Status);
        Assert.Equal(404, (await world.PatchAsync(id, "{}")).Status);
        Assert.Equal([Operators], (await world.AskAsync("test/one")).Keys);
    }
}
