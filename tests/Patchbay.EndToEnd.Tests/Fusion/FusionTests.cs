using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Fusion;

public sealed class FusionTests(FusionWorld fixture) : IClassFixture<FusionWorld>
{
    private static readonly string[] Three = ["test/first", "test/fails", "test/slow"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    // Every part's row says what the answer told, and all together are what the key spent and the ledger booked.
    private async Task<JsonElement[]> AssertSumsAsync(JsonElement usage, TestKey key, string router = "")
    {
        var parts = FusionWorld.Parts(usage);
        var told = 0L;
        foreach (var part in parts)
        {
            var cost = TestKey.Nanos(part.GetProperty("cost"));
            told += cost;
            var row = await fixture.Books.FindAsync(part.GetProperty("generation_id").GetString()!, Token);
            Assert.Equal(cost, row!.Charge.Nanos);
            Assert.Equal(router, row.Router ?? "");
        }

        Assert.Equal(told, TestKey.Nanos(usage.GetProperty("cost")));
        Assert.Equal(told, await key.UsageAsync(Token));
        Assert.Equal(
            parts.Sum(part => part.TryGetProperty("completion_tokens", out var tokens) ? tokens.GetInt64() : 0),
            usage.GetProperty("completion_tokens").GetInt64());
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
        return parts;
    }

    [Fact]
    public async Task A_panel_with_a_failing_and_a_slow_model_is_analysed_and_every_part_is_charged_once()
    {
        World.Simulator.Reset();
        using var key = await TestKey.CreateAsync(World, Token);

        var answer = await key.Api.PostAsync("/api/v1/chat/completions", FusionWorld.Ask(Three), Token);

        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal("test/writer", answer.Json.GetProperty("model").GetString());
        Assert.Equal("stop", answer.Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var parts = await AssertSumsAsync(answer.Json.GetProperty("usage"), key);
        Assert.Equal(["panel", "panel", "panel", "analyst", "answer"], parts.Select(part => part.GetProperty("role").GetString()));
        Assert.Equal(
            ["completed", "failed", "completed", "completed", "completed"],
            parts.Select(part => part.GetProperty("status").GetString()));
        Assert.Equal(0, TestKey.Nanos(parts[1].GetProperty("cost")));
        Assert.All(parts.Where(part => part.GetProperty("status").GetString() == "completed"), part =>
            Assert.True(TestKey.Nanos(part.GetProperty("cost")) > 0));
        Assert.Equal(answer.Json.GetProperty("id").GetString(), parts[4].GetProperty("generation_id").GetString());

        // The answer is written from the answers and the analysis; the panel saw the caller's words only.
        var requests = World.Simulator.Log.Requests;
        var writer = Assert.Single(requests, request => request.Provider == "writer").BodyText;
        Assert.Contains("An answer of the first", writer, StringComparison.Ordinal);
        Assert.Contains("All say so.", writer, StringComparison.Ordinal);
        Assert.DoesNotContain("openrouter:fusion", writer, StringComparison.Ordinal);
        var panel = JsonElement.Parse(Assert.Single(requests, request => request.Provider == "first").BodyText);
        Assert.Equal("What is a fusion?", Assert.Single(panel.GetProperty("messages").EnumerateArray()).GetProperty("content").GetString());
        Assert.False(panel.TryGetProperty("tools", out _));
        var judge = JsonElement.Parse(Assert.Single(requests, request => request.Provider == "judge").BodyText);
        Assert.Equal(0, judge.GetProperty("temperature").GetDouble());
        Assert.Equal("json_schema", judge.GetProperty("response_format").GetProperty("type").GetString());
        Assert.DoesNotContain("test/fails", judge.GetProperty("messages").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_tells_the_same_sum_once_at_its_end()
    {
        using var key = await TestKey.CreateAsync(World, Token);

        var stream = await key.Api.StreamAsync(
            "test/writer", Token,
            "\"tools\":[{\"type\":\"openrouter:fusion\",\"parameters\":{\"analysis_models\":[\"test/first\",\"test/second\",\"test/slow\"],\"model\":\"test/judge\"}}]");

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.NotEmpty(stream.Text);
        Assert.NotEmpty(stream.Comments);
        Assert.All(stream.Events.Where(e => !e.IsDone), e => Assert.Equal("test/writer", e.Json.GetProperty("model").GetString()));
        var parts = await AssertSumsAsync(Assert.Single(stream.Usages), key);
        Assert.Equal(5, parts.Length);
        Assert.Equal(stream.GenerationId, parts[4].GetProperty("generation_id").GetString());
    }

    [Fact]
    public async Task The_router_is_kept_with_every_generation_and_the_metadata_holds_the_analysis()
    {
        var body = ApiClient.Chat(
            "openrouter/fusion", stream: false,
            "\"plugins\":[{\"id\":\"fusion\",\"analysis_models\":[\"test/first\",\"test/mute\"],\"model\":\"test/judge\"}]");

        var (status, text) = await fixture.SendAsync(body, ("X-OpenRouter-Metadata", "enabled"));

        Assert.True(status == 200, text);
        var answer = JsonElement.Parse(text);
        Assert.Equal("test/judge", answer.GetProperty("model").GetString());
        var metadata = answer.GetProperty("openrouter_metadata");
        Assert.Empty(FusionWorld.ByReference("OpenRouterMetadata", metadata));
        Assert.Equal("openrouter/fusion", metadata.GetProperty("requested").GetString());
        Assert.Equal("fusion", metadata.GetProperty("strategy").GetString());
        var step = Assert.Single(metadata.GetProperty("pipeline").EnumerateArray());
        var item = step.GetProperty("data");
        Assert.Empty(FusionWorld.ByReference("OutputFusionServerToolItem", item));
        Assert.Equal("completed", item.GetProperty("status").GetString());
        Assert.Equal(FusionWorld.Analysis, item.GetProperty("analysis").GetRawText());
        Assert.Equal("An answer of the first", Assert.Single(item.GetProperty("responses").EnumerateArray()).GetProperty("content").GetString());
        var failed = Assert.Single(item.GetProperty("failed_models").EnumerateArray());
        Assert.Equal("test/mute", failed.GetProperty("model").GetString());
        Assert.Equal(429, failed.GetProperty("status_code").GetInt32());

        var parts = FusionWorld.Parts(answer.GetProperty("usage"));
        Assert.Equal(4, parts.Length);
        foreach (var part in parts)
        {
            var generation = await World.GenerationAsync(part.GetProperty("generation_id").GetString()!, Token);
            Assert.Equal("openrouter/fusion", generation.GetProperty("router").GetString());
        }

        var panel = await World.GenerationAsync(parts[0].GetProperty("generation_id").GetString()!, Token);
        var whose = panel.GetProperty("patchbay").GetProperty("fusion");
        Assert.Equal("panel", whose.GetProperty("role").GetString());
        Assert.Equal(answer.GetProperty("id").GetString(), whose.GetProperty("generation_id").GetString());
        var whole = await World.GenerationAsync(answer.GetProperty("id").GetString()!, Token);
        Assert.Equal(3, whole.GetProperty("patchbay").GetProperty("fusion").GetProperty("parts").GetArrayLength());
    }

    [Theory]
    [InlineData("test/fenced", null)]
    [InlineData("test/vague", "judge_not_valid_json")]
    [InlineData("test/fails", "judge_upstream_error")]
    [InlineData("test/mute", "rate_limited")]
    public async Task Without_an_analysis_the_answer_is_written_from_the_answers_and_says_why(string judge, string? reason)
    {
        using var key = await TestKey.CreateAsync(World, Token);

        var answer = await key.Api.PostAsync("/api/v1/chat/completions", FusionWorld.Ask(["test/first"], judge: judge), Token);

        Assert.True(answer.Status == 200, answer.Body);
        await AssertSumsAsync(answer.Json.GetProperty("usage"), key);
        var generation = await World.GenerationAsync(answer.Json.GetProperty("id").GetString()!, Token);
        Assert.Equal(reason, generation.GetProperty("patchbay").GetProperty("fusion").GetProperty("failure_reason").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_whole_panel_fails_there_is_no_answer_and_nothing_to_pay(bool stream)
    {
        using var key = await TestKey.CreateAsync(World, Token);
        World.Simulator.Reset();

        var answer = await key.Api.PostAsync(
            "/api/v1/chat/completions", FusionWorld.Ask(["test/fails", "test/cut"], stream: stream), Token);

        // A stream that has begun with comments tells it inside.
        var hasBegun = answer.Body.StartsWith(':');
        Assert.Equal(hasBegun ? 200 : 502, answer.Status);
        Assert.True(stream || !hasBegun);
        var said = hasBegun ? JsonElement.Parse(answer.Body.Split("data: ")[1]) : answer.Json;
        var error = said.GetProperty("error");
        Assert.Equal(502, error.GetProperty("code").GetInt32());
        Assert.StartsWith("Every model of the fusion's panel failed. test/fails: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(World.Simulator.Log.Requests, request => request.Provider is "judge" or "writer");
        Assert.Equal(0, await key.UsageAsync(Token));
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task When_the_answer_breaks_the_parts_that_were_delivered_are_still_what_is_charged()
    {
        using var key = await TestKey.CreateAsync(World, Token);

        var stream = await key.Api.StreamAsync(
            "test/breaks", Token,
            "\"tools\":[{\"type\":\"openrouter:fusion\",\"parameters\":{\"analysis_models\":[\"test/second\"],\"model\":\"test/judge\"}}]");

        Assert.Contains("are charged: $0.0", stream.Error?.GetProperty("message").GetString(), StringComparison.Ordinal);
        await fixture.WhenQuietAsync(Token);
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal(0, row!.Charge.Nanos);
        var parts = JsonElement.Parse(row.Routing!).GetProperty("fusion").GetProperty("parts").EnumerateArray().ToArray();
        Assert.Equal(2, parts.Length);
        Assert.Equal(parts.Sum(part => TestKey.Nanos(part.GetProperty("cost"))), await key.UsageAsync(Token));
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_all_parts_and_pays_for_what_they_sent()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        World.Simulator.Reset();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = key.Api.PostAsync(
            "/api/v1/chat/completions", FusionWorld.Ask(["test/crawling", "test/crawling"], stream: true), leaving.Token);
        await Until.TrueAsync(
            () => World.Simulator.Log.Requests.Count(request => request.TokensGenerated > 2) == 2, Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        await World.Simulator.Log.WhenIdleAsync(Token);
        await fixture.WhenQuietAsync(Token);
        Assert.Equal(2, World.Simulator.Log.Requests.Count);
        var rows = (await fixture.Books.ListAsync(2, Token)).ToArray();
        Assert.All(rows, row =>
        {
            Assert.Equal("test/crawling", row.Model);
            Assert.Equal(GenerationOutcome.Cancelled, row.Outcome);
            Assert.True(row.Charge.Nanos > 0);
        });
        Assert.Equal(rows.Sum(row => row.Charge.Nanos), await key.UsageAsync(Token));
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task What_cannot_be_paid_as_a_whole_is_not_begun()
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.01");
        World.Simulator.Reset();

        var refused = await key.Api.PostAsync(
            "/api/v1/chat/completions", FusionWorld.Ask(["test/first", "test/second"], more: "\"max_tokens\":100"), Token);
        var small = await key.Api.PostAsync(
            "/api/v1/chat/completions",
            FusionWorld.Ask(["test/first", "test/second"], "\"max_completion_tokens\":40", more: "\"max_tokens\":40"), Token);

        Assert.Equal(402, refused.Status);
        Assert.Contains("a fusion of 2 models", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.True(small.Status == 200, small.Body);
        await AssertSumsAsync(small.Json.GetProperty("usage"), key);
        Assert.Equal(4, World.Simulator.Log.Requests.Count);
    }

    [Fact]
    public async Task An_answer_without_a_limit_is_as_long_as_what_is_left_can_pay()
    {
        // The parts can cost under half a cent, the longest answer of the writer alone nearly six.
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.03");
        World.Simulator.Reset();

        var answer = await key.Api.PostAsync(
            "/api/v1/chat/completions", FusionWorld.Ask(["test/first"], "\"max_completion_tokens\":40"), Token);

        Assert.True(answer.Status == 200, answer.Body);
        var sent = JsonElement.Parse(Assert.Single(World.Simulator.Log.Requests, request => request.Provider == "writer").BodyText);
        Assert.InRange(sent.GetProperty("max_tokens").GetInt32(), 1, 4095);
        await AssertSumsAsync(answer.Json.GetProperty("usage"), key);
    }

    [Theory]
    [InlineData("x-openrouter-fusion-depth", "1", "cannot ask for a fusion")]
    public async Task A_fusion_inside_a_fusion_is_refused(string header, string value, string message)
    {
        World.Simulator.Reset();

        var (status, body) = await fixture.SendAsync(FusionWorld.Ask(["test/first"]), (header, value));
        var (plain, _) = await fixture.SendAsync(ApiClient.Chat("test/second", stream: false), (header, value));

        Assert.Equal(400, status);
        Assert.Contains(message, body, StringComparison.Ordinal);
        Assert.Equal(200, plain);
        Assert.Single(World.Simulator.Log.Requests);
    }

    [Theory]
    [InlineData("\"provider\":{\"zdr\":true}", 404)]
    [InlineData("\"provider\":{\"max_price\":{\"prompt\":\"0.001\",\"completion\":\"0.001\"}}", 404)]
    public async Task What_the_request_forbids_no_part_does(string condition, int status)
    {
        World.Simulator.Reset();

        var (refused, body) = await fixture.SendAsync(FusionWorld.Ask(["test/first", "test/second"], more: condition));

        Assert.True(refused == status, body);
        Assert.Empty(World.Simulator.Log.Requests);
    }

    [Fact]
    public async Task A_web_search_is_refused_and_not_left_out()
    {
        var (status, body) = await fixture.SendAsync(
            FusionWorld.Ask(["test/first"], "\"tools\":[{\"type\":\"openrouter:web_search\"}]"));

        Assert.Equal(400, status);
        Assert.Contains("openrouter:web_search", body, StringComparison.Ordinal);
        Assert.Contains("tools[0].parameters.tools", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_to_ask_is_said_before_anything_is_sent()
    {
        World.Simulator.Reset();

        var nobody = await fixture.SendAsync(FusionWorld.Ask(["test/nobody"]));
        var judge = await fixture.SendAsync(FusionWorld.Ask(["test/first"], judge: "test/nobody"));
        var some = await fixture.SendAsync(FusionWorld.Ask(["test/first", "test/nobody"]));

        Assert.Contains("test/nobody", nobody.Body, StringComparison.Ordinal);
        Assert.InRange(nobody.Status, 400, 404);
        Assert.InRange(judge.Status, 400, 404);
        Assert.Equal(200, some.Status);
        Assert.Equal(3, World.Simulator.Log.Requests.Count);
        var parts = FusionWorld.Parts(JsonElement.Parse(some.Body).GetProperty("usage"));
        Assert.Equal("failed", parts[1].GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, parts[1].GetProperty("generation_id").ValueKind);
    }

    [Fact]
    public async Task What_is_too_large_to_be_asked_of_so_many_is_refused()
    {
        var (status, body) = await fixture.SendAsync(FusionWorld.Ask(
            ["test/first", "test/first", "test/first", "test/first", "test/first", "test/first", "test/first", "test/first"],
            more: "\"metadata_of_ours\":\"" + new string('x', 8_000_000) + "\""));

        Assert.Equal(413, status);
        Assert.Contains("8 models at once", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explanation_names_the_model_that_would_write()
    {
        var explained = await World.Api.PostAsync(
            "/api/v1/route/explain",
            ApiClient.Chat("openrouter/fusion", stream: false, "\"plugins\":[{\"id\":\"fusion\",\"model\":\"test/writer\"}]"), Token);

        Assert.True(explained.Status == 200, explained.Body);
        var data = explained.Json.GetProperty("data");
        Assert.Equal("fusion", data.GetProperty("strategy").GetString());
        Assert.Equal("test/writer", data.GetProperty("attempts")[0].GetProperty("model").GetString());
    }
}
