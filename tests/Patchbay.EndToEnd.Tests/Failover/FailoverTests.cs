using System.Diagnostics;
using System.Globalization;
using Patchbay.Billing;
using Patchbay.EndToEnd.Tests.Faults;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Failover;

public sealed class FailoverWorld : IAsyncLifetime
{
    private const string Good = "echo;tokens=12;prompt_tokens=9";

    public World World { get; private set; } = null!;

    public Books Books { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.StartAsync(
            new WorldOptions
            {
                Models =
                [
                    new WorldModel("test/dark", new WorldEndpoint("dark-1", "a;status=500"), new WorldEndpoint("dark-2", "a;status=500"), new WorldEndpoint("dark-3", "a;status=500")),
                    new WorldModel("test/half", new WorldEndpoint("down", "a;status=500"), new WorldEndpoint("good", Good)),
                    new WorldModel("test/pinned", new WorldEndpoint("down", "b;status=500"), new WorldEndpoint("good", Good)),
                    new WorldModel("test/timed", new WorldEndpoint("rejects", "c;status=422"), new WorldEndpoint("good", Good)),
                    new WorldModel("test/direct", new WorldEndpoint("good", Good)),
                    new WorldModel("test/patient", new WorldEndpoint("limited", "patient;tokens=12;prompt_tokens=9")),
                    new WorldModel("test/limited", new WorldEndpoint("limited", "limited;status=429;retry_after=30")),
                    new WorldModel("test/short", new WorldEndpoint("down", "d;status=400;error_code=context_length_exceeded")),
                    new WorldModel("test/moderated", new WorldEndpoint("down", "e;status=403;error_code=moderation")),
                    new WorldModel("test/slow", new WorldEndpoint("slow", "f;tokens=12;ttft=20000;prompt_tokens=9"), new WorldEndpoint("good", Good, "0.000003", "0.000004")),
                    new WorldModel("test/thorough", new WorldEndpoint("slow", "g;tokens=12;header_delay=1500;prompt_tokens=9"), new WorldEndpoint("good", Good)),
                ],
                Yaml = "routing: { retry_minimum: 3, first_token_timeout: 500ms }",
            },
            TestContext.Current.CancellationToken);
        Books = await Books.OpenAsync(World, null, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Books.DisposeAsync();
        await World.DisposeAsync();
    }
}

/// <summary>When another endpoint is asked, and when no longer.</summary>
public sealed class FailoverTests(FailoverWorld fixture) : IClassFixture<FailoverWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task Under_a_total_outage_retries_add_a_fifth_and_the_first_error_is_told_with_a_time_to_wait()
    {
        const int Requests = 100;
        World.Simulator.Reset();
        var answers = new List<ApiResponse>();
        for (var i = 0; i < Requests; i++)
        {
            answers.Add(await World.Api.ChatAsync("test/dark", Token));
        }

        var calls = World.Simulator.Log.Counters.Requests;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Requests} requests, {calls} calls under a total outage.");
        Assert.InRange(calls, 1, Requests + (Requests / 5) + 3);
        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[502, 503]));
        var refused = answers.Where(answer => answer.ErrorCode == "provider_error" && answer.Header("Retry-After") is not null).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 10));
        Assert.Contains("patchbay_retries_refused", (await World.Api.GetAsync("/metrics", Token)).Body, StringComparison.Ordinal);
        await FaultProbe.NothingHeldAsync(World, Token);
    }

    [Fact]
    public async Task Nobody_notices_that_the_preferred_endpoint_is_down_however_long()
    {
        for (var i = 0; i < 40; i++)
        {
            var answer = await World.Api.ChatAsync("test/half", Token, "\"provider\":{\"order\":[\"down\",\"good\"]}");
            Assert.True(answer.Status == 200, answer.Body);
        }
    }

    [Fact]
    public async Task Without_fallbacks_the_error_of_the_one_endpoint_is_told()
    {
        World.Simulator.Reset();

        var answer = await World.Api.ChatAsync("test/pinned", Token, "\"provider\":{\"only\":[\"down\"],\"allow_fallbacks\":false}");

        Assert.Equal((502, "provider_error"), (answer.Status, answer.ErrorCode));
        Assert.All(World.Simulator.Log.Requests, request => Assert.Equal("down", request.Provider));
    }

    [Fact]
    public async Task A_short_wait_is_kept_before_the_only_endpoints_second_chance()
    {
        World.Simulator.Reset();
        World.Simulator.Script.Replace([new ScriptRule { Model = "patient", Calls = "1", Behavior = "status=429;retry_after_ms=400" }]);
        var clock = Stopwatch.StartNew();

        var answer = await World.Api.ChatAsync("test/patient", Token);

        World.Simulator.Script.Clear();
        Assert.True(answer.Status == 200, answer.Body);
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(400));
        Assert.Equal([429, 200], World.Simulator.Log.Requests.Select(request => request.Status));
    }

    [Fact]
    public async Task A_long_wait_is_the_callers()
    {
        World.Simulator.Reset();

        var answer = await World.Api.ChatAsync("test/limited", Token);

        Assert.Equal((429, "30"), (answer.Status, answer.Header("Retry-After")));
        Assert.Single(World.Simulator.Log.Requests);
    }

    [Theory]
    [InlineData("test/short")]
    [InlineData("test/moderated")]
    public async Task Any_error_moves_on_to_the_next_model_of_the_list(string first)
    {
        var answer = await World.Api.ChatAsync(first, Token, "\"models\":[\"test/direct\"]");

        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal("test/direct", answer.Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task A_stream_without_a_first_token_goes_to_the_next_endpoint_and_its_cost_is_the_operators()
    {
        World.Simulator.Reset();
        var before = await fixture.Books.BalanceAsync(LedgerAccount.LossFallback, Token);

        var stream = await World.Api.StreamAsync("test/slow", Token, "\"provider\":{\"order\":[\"slow\",\"good\"]}");

        Assert.True(stream.EndsWithDone);
        Assert.Equal("0.000075", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal(["provider_slow", null], row!.Attempts.Select(attempt => attempt.ErrorCode));
        Assert.Equal(before - 8_000, await fixture.Books.BalanceAsync(LedgerAccount.LossFallback, Token));
        await World.Simulator.Log.WhenIdleAsync(Token);
        Assert.Equal(RequestOutcome.CancelledByClient, World.Simulator.Log.Requests[0].Outcome);
    }

    [Fact]
    public async Task A_whole_answer_may_take_its_time()
    {
        var answer = await World.Api.ChatAsync("test/thorough", Token, "\"provider\":{\"order\":[\"slow\",\"good\"]}");

        Assert.Equal("SLOW", answer.Json.GetProperty("provider").GetString());
    }

    [Fact]
    public async Task A_fallback_costs_little_time_of_its_own()
    {
        await MeasureAsync("test/direct", 20);
        await MeasureAsync("test/timed", 20);

        var direct = await MeasureAsync("test/direct", 150);
        var fallback = await MeasureAsync("test/timed", 150);

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Whole request, p50/p99: direct {direct.P50:0.0}/{direct.P99:0.0} ms, after a refusing endpoint {fallback.P50:0.0}/{fallback.P99:0.0} ms.");
        Assert.True(fallback.P50 - direct.P50 < 250, "A fallback adds a quarter of a second.");
    }

    private async Task<(double P50, double P99)> MeasureAsync(string model, int count)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await World.Api.ChatAsync(model, Token, "\"provider\":{\"order\":[\"rejects\",\"good\"]}");
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal("GOOD", answer.Json.GetProperty("provider").GetString());
        }

        times.Sort();
        return (times[count / 2], times[count * 99 / 100]);
    }
}
