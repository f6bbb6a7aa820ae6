using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Scripting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class AffinityWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    // Each test has a model of its own; both of its endpoints cost the same, so that chance alone would use both.
    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions { Models = [.. "abcde".Select(name => Model($"test/{name}", $"one-{name}", $"two-{name}"))] },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static WorldModel Model(string slug, params string[] providers) => new(
        slug,
        [.. providers.Select(provider => new WorldEndpoint(provider, "chat;tokens=2;prompt_tokens=1000")
        {
            MorePrices = "cache_read: \"0.0000001\"",
        })]);
}

public sealed class AffinityTests(AffinityWorld fixture) : IClassFixture<AffinityWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_session_stays_at_the_endpoint_that_answered_first()
    {
        var first = await TurnAsync("test/a", 0, "\"session_id\":\"s\"");
        for (var turn = 1; turn < 12; turn++)
        {
            Assert.Equal(first, await TurnAsync("test/a", turn, "\"session_id\":\"s\"", stream: turn % 2 == 0));
        }

        // Others are spread.
        var others = new HashSet<string>();
        for (var session = 0; session < 60 && others.Count < 2; session++)
        {
            others.Add(await TurnAsync("test/a", 0, $"\"session_id\":\"other-{session}\""));
        }

        Assert.Equal(2, others.Count);
    }

    [Fact]
    public async Task A_failing_endpoint_breaks_it_and_the_next_one_keeps_it()
    {
        const string Session = "\"session_id\":\"s\"";
        var first = await TurnAsync("test/b", 0, Session);
        Assert.Equal(first, await TurnAsync("test/b", 1, Session));
        World.Simulator.Script.Add(new ScriptRule
        {
            Provider = first.ToLowerInvariant(),
            Calls = "1",
            Behavior = "status=500",
        });

        var second = await TurnAsync("test/b", 2, Session);

        Assert.NotEqual(first, second);
        for (var turn = 3; turn < 9; turn++)
        {
            Assert.Equal(second, await TurnAsync("test/b", turn, Session));
        }
    }

    [Fact]
    public async Task Without_a_session_it_takes_an_answer_from_a_prompt_cache()
    {
        var seen = new HashSet<string>();
        for (var turn = 0; turn < 60 && seen.Count < 2; turn++)
        {
            seen.Add(await TurnAsync("test/c", turn));
        }

        Assert.Equal(2, seen.Count);
        foreach (var provider in seen)
        {
            World.Simulator.Script.Add(new ScriptRule { Provider = provider.ToLowerInvariant(), Behavior = "cached=900" });
        }

        var kept = await TurnAsync("test/c", 60);
        for (var turn = 61; turn < 71; turn++)
        {
            Assert.Equal(kept, await TurnAsync("test/c", turn));
        }

        // 900 tokens at $0.000001 less $0.0000001, ten times.
        Assert.Equal(10, await MeterAsync("patchbay_affinity_requests_total", "test/c"));
        Assert.Equal(9_000, await MeterAsync("patchbay_affinity_cached_tokens_total", "test/c"));
        Assert.Equal(8_100_000, await MeterAsync("patchbay_affinity_savings_total", "test/c"));
    }

    [Fact]
    public async Task The_session_may_be_named_by_a_header_and_is_kept_with_the_generation()
    {
        string? first = null;
        for (var turn = 0; turn < 10; turn++)
        {
            using var content = new StringContent(Body("test/d", turn, ""), System.Text.Encoding.UTF8, "application/json");
            content.Headers.Add("x-session-id", "by-header");
            var response = await World.Api.SendAsync(HttpMethod.Post, "/api/v1/chat/completions", content, Token);
            Assert.Equal(200, response.Status);
            var provider = response.Json.GetProperty("provider").GetString();
            first ??= provider;
            Assert.Equal(first, provider);
        }

        using var tooLong = new StringContent(Body("test/d", 0, ""), System.Text.Encoding.UTF8, "application/json");
        tooLong.Headers.Add("x-session-id", new string('x', 257));
        var refused = await World.Api.SendAsync(HttpMethod.Post, "/api/v1/chat/completions", tooLong, Token);
        Assert.Equal(400, refused.Status);
        Assert.Contains("x-session-id", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_of_the_callers_own_is_stronger()
    {
        const string Session = "\"session_id\":\"s\"";
        var first = await TurnAsync("test/e", 0, Session);
        var other = first == "ONE-E" ? "two-e" : "one-e";

        var ordered = await TurnAsync("test/e", 1, Session + ",\"provider\":{\"order\":[\"" + other + "\"]}");

        Assert.Equal(other.ToUpperInvariant(), ordered);
        Assert.Equal(first, await TurnAsync("test/e", 2, Session));
    }

    private async Task<string> TurnAsync(string model, int turn, string more = "", bool stream = false)
    {
        var response = await World.Api.PostAsync("/api/v1/chat/completions", Body(model, turn, more, stream), Token);
        Assert.True(response.Status == 200, response.Body);
        if (!stream)
        {
            return response.Json.GetProperty("provider").GetString()!;
        }

        var line = response.Body.Split('\n').First(text => text.StartsWith("data: {", StringComparison.Ordinal));
        return JsonElement.Parse(line[6..]).GetProperty("provider").GetString()!;
    }

    // A conversation that grows by a question and an answer each turn.
    private static string Body(string model, int turn, string more, bool stream = false)
    {
        var messages = new List<string>
        {
            """{"role":"system","content":"You answer in one word."}""",
            """{"role":"user","content":[{"type":"text","text":"Where were we?"}]}""",
        };
        for (var i = 0; i < turn; i++)
        {
            messages.Add("""{"role":"assistant","content":"Here."}""");
            messages.Add(string.Create(CultureInfo.InvariantCulture, $$"""{"role":"user","content":"And then, {{i}}?"}"""));
        }

        return "{\"model\":\"" + model + "\",\"stream\":" + (stream ? "true" : "false")
            + ",\"messages\":[" + string.Join(',', messages) + "]" + (more.Length > 0 ? "," + more : "") + "}";
    }

    private async Task<long> MeterAsync(string name, string model)
    {
        var metrics = (await World.Api.GetAsync("/metrics", Token)).Body;
        return metrics.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains($"\"{model}\"", StringComparison.Ordinal))
            .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
