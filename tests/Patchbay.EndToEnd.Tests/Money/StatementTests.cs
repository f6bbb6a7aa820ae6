using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Statements of the real server: they agree with everything else that tells of the same requests.</summary>
[Collection(typeof(SqliteLedger))]
public sealed class StatementTests(SqliteLedgerWorld fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ApiClient Api => fixture.World.Api;

    [Fact]
    public async Task Analytics_credits_generations_and_a_keys_usage_agree_to_the_nano()
    {
        using var key = await TestKey.CreateAsync(fixture.World, Token);
        var charged = 0L;
        foreach (var model in (string[])["test/odd", "test/plain", "test/odd", "test/usage-missing"])
        {
            charged += TestKey.CostOf(await key.Api.ChatAsync(model, Token));
            charged += TestKey.CostOf(await key.Api.StreamAsync(model, Token));
        }

        var mine = await QueryAsync(
            $$"""{"metrics":["credits_usage","request_count","tokens_total"],"dimensions":["api_key_id"],"filters":[{"field":"api_key_id","operator":"eq","value":"{{key.Hash}}"}]}""");
        var row = Assert.Single(mine.GetProperty("data").EnumerateArray());
        Assert.Equal(key.Hash, row.GetProperty("api_key_hash").GetString());
        Assert.Equal("test", row.GetProperty("api_key_id").GetString());
        Assert.Equal(8, row.GetProperty("request_count").GetInt64());
        Assert.Equal(charged, TestKey.Nanos(row.GetProperty("credits_usage")));
        Assert.Equal(charged, await key.UsageAsync(Token));

        await fixture.WhenQuietAsync(Token);
        var all = (await QueryAsync("""{"metrics":["credits_usage","request_count"],"time_range":{"start":"2001-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z"}}"""))
            .GetProperty("data")[0];
        var credits = (await Api.GetAsync("/api/v1/credits", Token)).Json.GetProperty("data").GetProperty("total_usage");
        Assert.Equal(TestKey.Nanos(credits), TestKey.Nanos(all.GetProperty("credits_usage")));
        Assert.Equal(
            (await Api.GetAsync("/api/v1/generations?limit=1", Token)).Json.GetProperty("total_count").GetInt64(),
            all.GetProperty("request_count").GetInt64());
    }

    [Fact]
    public async Task Activity_tells_of_whole_days_as_json_and_as_csv()
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-3);
        var model = "statement/" + Guid.CreateVersion7().ToString("N");
        foreach (var charge in (long[])[1, 41])
        {
            await SettleAsync(model, day, charge);
        }

        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var item = Assert.Single(
            (await Api.GetAsync("/api/v1/activity?group_by=workspace&date=" + date, Token)).Json.GetProperty("data").EnumerateArray(),
            item => item.GetProperty("model").GetString() == model);
        Assert.Equal("0.000000042", item.GetProperty("usage").GetRawText());
        Assert.Equal((2, 20, 10, 6), (item.GetProperty("requests").GetInt32(), item.GetProperty("prompt_tokens").GetInt32(),
            item.GetProperty("completion_tokens").GetInt32(), item.GetProperty("reasoning_tokens").GetInt32()));
        Assert.True(Guid.TryParse(item.GetProperty("workspace_id").GetString(), out _));
        Assert.Equal(model, item.GetProperty("model_permaslug").GetString());

        using var csv = new ApiClient(fixture.World.Server.Address, World.MasterKey);
        csv.Headers["Accept"] = "text/csv";
        var text = (await csv.GetAsync("/api/v1/activity", Token)).Body;
        Assert.StartsWith("date,model,model_permaslug,endpoint_id,provider_name,usage,", text, StringComparison.Ordinal);
        Assert.Contains($"{date},{model},{model},,\"Acme, Inc.\",0.000000042,0,2,20,10,6\r\n", text, StringComparison.Ordinal);

        var command = await Cli.RunAsync(["activity", "--csv", "--data", fixture.World.Data], Cli.NoEnvironment, Token);
        Assert.True(command.ExitCode == 0, command.Text);
        Assert.Contains($"{date},{model},{model},,\"Acme, Inc.\",0.000000042,", command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("date=2026-3-1", 400, "date")]
    [InlineData("date=2001-01-01", 400, "date")]
    [InlineData("date=2999-01-01", 400, "date")]
    [InlineData("api_key_hash=abc", 400, "api_key_hash")]
    [InlineData("user_id=me", 400, "user_id")]
    [InlineData("group_by=model", 400, "group_by")]
    [InlineData("workspace_id=1", 400, "workspace_id")]
    [InlineData("workspace_id=0197b0e2-0000-7000-8000-000000000000", 404, "workspace_id")]
    [InlineData("user_id=0197b0e2-0000-7000-8000-000000000000", 404, "user_id")]
    [InlineData("api_key_hash=00000000000000000000000000000000000000000000000000000000000000ff", 404, "api_key_hash")]
    public async Task A_wrong_parameter_of_activity_is_named(string query, int status, string parameter)
    {
        var response = await Api.GetAsync("/api/v1/activity?" + query, Token);
        Assert.True(response.Status == status, response.Body);
        Assert.Contains($"'{parameter}'", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_management_keys_read_statements()
    {
        using var key = await TestKey.CreateAsync(fixture.World, Token);
        Assert.Equal(403, (await key.Api.GetAsync("/api/v1/activity", Token)).Status);
        Assert.Equal(403, (await key.Api.GetAsync("/api/v1/analytics/meta", Token)).Status);
        Assert.Equal(403, (await key.Api.PostAsync("/api/v1/analytics/query", """{"metrics":["request_count"]}""", Token)).Status);
        using var nobody = new ApiClient(fixture.World.Server.Address, null);
        Assert.Equal(401, (await nobody.GetAsync("/api/v1/activity", Token)).Status);
    }

    [Fact]
    public async Task Every_metric_dimension_and_granularity_of_the_meta_can_be_asked_for()
    {
        await fixture.World.Api.ChatAsync("test/plain", Token);
        var meta = (await Api.GetAsync("/api/v1/analytics/meta", Token)).Json.GetProperty("data");
        var metrics = Names(meta.GetProperty("metrics"));
        var end = TimeProvider.System.GetUtcNow().AddMinutes(5);
        var range = string.Create(CultureInfo.InvariantCulture,
            $$"""{"start":"{{end.AddDays(-8):yyyy-MM-dd'T'HH:mm:ss'Z'}}","end":"{{end:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");
        foreach (var dimension in Names(meta.GetProperty("dimensions")))
        {
            foreach (var granularity in Names(meta.GetProperty("granularities")))
            {
                var data = (await QueryAsync(
                    $$"""{"metrics":{{JsonSerializer.Serialize(metrics)}},"dimensions":["{{dimension}}"],"granularity":"{{granularity}}","time_range":{{range}},"order_by":{"field":"{{dimension}}","direction":"desc"} }"""))
                    .GetProperty("data");
                Assert.NotEqual(0, data.GetArrayLength());
                Assert.All(data.EnumerateArray(), row => Assert.True(row.TryGetProperty("date__" + granularity, out _)
                    && row.TryGetProperty(dimension, out _) && metrics.TrueForAll(metric => row.TryGetProperty(metric, out _)), row.GetRawText()));
            }
        }

        foreach (var metric in metrics)
        {
            await QueryAsync($$"""{"metrics":["{{metric}}"],"dimensions":["model"],"order_by":{"field":"{{metric}}","direction":"asc"},"limit":3,"group_limit":1}""");
        }
    }

    [Theory]
    [InlineData("""{}""", "metrics")]
    [InlineData("""{"metrics":[]}""", "metrics")]
    [InlineData("""{"metrics":["charge_nanos) FROM generation --"]}""", "metrics")]
    [InlineData("""{"metrics":["request_count","request_count"]}""", "metrics")]
    [InlineData("""{"metrics":["request_count"],"dimensions":["organization"]}""", "dimensions")]
    [InlineData("""{"metrics":["request_count"],"dimensions":["model","provider","app"]}""", "dimensions")]
    [InlineData("""{"metrics":["request_count"],"granularity":"year"}""", "granularity")]
    [InlineData("""{"metrics":["request_count"],"limit":0}""", "limit")]
    [InlineData("""{"metrics":["request_count"],"group_limit":1.5}""", "group_limit")]
    [InlineData("""{"metrics":["request_count"],"order_by":{"field":"tokens_total","direction":"asc"}}""", "order_by.field")]
    [InlineData("""{"metrics":["request_count"],"order_by":{"field":"date","direction":"up"}}""", "order_by.direction")]
    [InlineData("""{"metrics":["request_count"],"time_range":{"start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}}""", "time_range.end")]
    [InlineData("""{"metrics":["request_count"],"time_range":{"start":"2026-01-02"}}""", "time_range.start")]
    [InlineData("""{"metrics":["p90_latency"],"time_range":{"start":"2026-01-01T00:00:00Z","end":"2026-03-01T00:00:00Z"}}""", "time_range")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"model","operator":"eq","value":["a"]}]}""", "filters[0].value")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"model","operator":"in","value":[]}]}""", "filters[0].value")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"model","operator":"eq","value":"a\u0000"}]}""", "filters[0].value")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"workspace","operator":"gt","value":"a"}]}""", "filters[0].operator")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"workspace","operator":"eq","value":"a"}]}""", "filters[0].value")]
    [InlineData("""{"metrics":["request_count"],"filters":[{"field":"id","operator":"eq","value":"a"}]}""", "filters[0].field")]
    [InlineData("""{"metrics":["request_count"],"classifier_dimensions":{"classifier_id":"x"}}""", "classifier_dimensions")]
    [InlineData("""{"metrics":["request_count"],"where":"1=1"}""", "where")]
    public async Task A_wrong_query_is_refused_and_the_member_named(string body, string member)
    {
        var response = await Api.PostAsync("/api/v1/analytics/query", body, Token);
        Assert.True(response.Status == 400, response.Body);
        Assert.Contains($"'{member}'", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_does_not_exist_is_a_warning()
    {
        var data = await QueryAsync(
            $$"""{"metrics":["request_count"],"filters":[{"field":"api_key_id","operator":"in","value":["{{new string('a', 64)}}"]}]}""");
        Assert.Equal(0, data.GetProperty("data")[0].GetProperty("request_count").GetInt64());
        Assert.Contains("api_key_id", Assert.Single(data.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    /// <summary>Any text in any place of a query: never a server error, and never a word of another organization.</summary>
    [Fact]
    public async Task No_input_makes_a_server_error_or_shows_what_is_others()
    {
        var secret = "secret/" + Guid.CreateVersion7().ToString("N");
        await fixture.Books.SettleAsync(_ => Sample(secret, TimeProvider.System.GetUtcNow().AddDays(-1), 5, Guid.CreateVersion7()));
        var random = new Random(20261122);
        for (var i = 0; i < 400; i++)
        {
            var body = Body(random, secret);
            var response = await Api.PostAsync("/api/v1/analytics/query", body, Token);
            Assert.True(response.Status is 200 or 400, $"{response.Status}: {body}");
            if (response.Status == 200)
            {
                Assert.DoesNotContain(secret, response.Body, StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain(secret, (await Api.GetAsync("/api/v1/activity", Token)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invoice_is_compared_with_the_books_and_the_exit_code_tells()
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-400);
        var model = "bill/" + Guid.CreateVersion7().ToString("N");
        await SettleAsync(model, day, 5_000_000_000, "OpenAI");
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var file = Path.Combine(fixture.World.Data, "invoice.csv");

        foreach (var (cost, prompt, exitCode, word) in ((string, int, int, string)[])
            [("5.00", 10, 0, "ok"), ("5.04", 10, 0, "ok"), ("6.5", 10, 1, "over by +1.50"), ("5", 12, 1, "counts differ"), ("much", 10, 2, "line 2, column bill")])
        {
            await File.WriteAllTextAsync(file, $"day,sku,in,bill\n{date},{model},{prompt},{cost}\n", Token);
            var result = await Cli.RunAsync(
                ["reconcile", "--invoice", file, "--provider", "openai", "--columns", "date=day,model=sku,prompt=in,cost=bill", "--data", fixture.World.Data],
                Cli.NoEnvironment, Token);
            Assert.True(result.ExitCode == exitCode && result.Text.Contains(word, StringComparison.Ordinal), result.Text);
        }
    }

    private static List<string> Names(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    private static string Body(Random random, string secret)
    {
        string[] words =
        [
            "model", "provider", "request_count", "credits_usage", "p50_latency", "day", "month", "minute", "api_key_id", "user",
            "workspace", "generation_id", "eq", "in", "not_in", "gt", "neq", "desc", "asc", "date", "is_byok", "true", "app",
            "'; DROP TABLE generation; --", "\\\" OR 1=1", "%", "\\u0000", "\\ud800", secret, "", "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-11-30T00:00:00+14:00", "organization_id", "1e999", "é🎈",
        ];
        var text = new StringBuilder("{\"metrics\":").Append(random.Next(9) == 0 ? Value() : $"[\"{Word("request_count", "total_usage", "p90_latency", "avg_throughput")}\"]");
        foreach (var member in (string[])["dimensions", "filters", "granularity", "group_limit", "limit", "order_by", "time_range"])
        {
            if (random.Next(3) > 0)
            {
                continue;
            }

            text.Append($",\"{member}\":").Append(random.Next(4) == 0 ? Value() : member switch
            {
                "dimensions" => $"[\"{Word("model", "provider", "user", "app", "generation_id", "workspace")}\"]",
                "filters" => $$"""[{"field":"{{Word("model", "provider", "api_key_id", "workspace", "outcome", "generation_id")}}","operator":"{{Word("eq", "neq", "gt", "lte", "in")}}","value":{{Value()}}}]""",
                "granularity" => $"\"{Word("minute", "hour", "day", "week", "month")}\"",
                "order_by" => $$"""{"field":"{{Word("date", "model", "request_count")}}","direction":"{{Word("asc", "desc")}}"}""",
                "time_range" => $$"""{"start":"{{Word("2026-11-01T00:00:00Z")}}","end":"{{Word("2026-11-25T00:00:00Z")}}"}""",
                _ => random.Next(-1, 100).ToString(CultureInfo.InvariantCulture),
            });
        }

        return text.Append('}').ToString();

        string Word(params string[] good) => random.Next(5) == 0 ? words[random.Next(words.Length)] : good[random.Next(good.Length)];

        string Value() => random.Next(7) switch
        {
            0 => "null",
            1 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            2 => "[" + Value() + "]",
            3 => $$"""{"field":{{Value()}}}""",
            4 => "true",
            _ => $"\"{words[random.Next(words.Length)]}\"",
        };
    }

    private static Settlement Sample(string model, DateTimeOffset at, long charge, Guid organization, string provider = "Acme, Inc.") => new(
        new Generation
        {
            Id = GenerationId.Create(at),
            CreatedAt = at,
            OrganizationId = organization,
            WorkspaceId = organization,
            Model = model,
            ProviderName = provider,
            ApiType = "completions",
            Outcome = GenerationOutcome.Completed,
            Usage = new Usage { UncachedInput = 7, CacheRead = 3, Output = 2, Reasoning = 3 },
            Charge = new Money(charge),
            ProviderCost = new Money(charge),
        },
        "acme",
        []);

    private Task SettleAsync(string model, DateOnly day, long charge, string provider = "Acme, Inc.") => fixture.Books.SettleAsync(
        organization => Sample(model, new DateTimeOffset(day, new TimeOnly(23, 59, 59), TimeSpan.Zero), charge, organization, provider));

    private async Task<JsonElement> QueryAsync(string body)
    {
        var response = await Api.PostAsync("/api/v1/analytics/query", body, Token);
        Assert.True(response.Status == 200, $"{response.Body} {body}");
        return response.Json.GetProperty("data");
    }
}
