using System.Diagnostics;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.EndToEnd.Tests.Faults;
using Patchbay.EndToEnd.Tests.Hostile;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Failover;

public sealed class HedgeWorld : IAsyncLifetime
{
    /// <summary>How long the first endpoint has before the second is asked.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMilliseconds(250);

    public World World { get; private set; } = null!;

    public Books Books { get; private set; } = null!;

    /// <summary>A client whose requests may be hedged.</summary>
    public ApiClient Hedging { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.StartAsync(
            new WorldOptions
            {
                Models =
                [
                    .. Both("slow-first", "ttft=20000", "ttft=0"),
                    .. Both("slow-headers", "header_delay=20000", "ttft=0"),
                    .. Both("slow-second", "ttft=2000", "ttft=20000"),
                    .. Both("failing", "header_delay=2000;status=500", "ttft=3000"),
                    .. Both("prompt", "ttft=0", "ttft=0"),
                    .. Both("both-fail", "header_delay=700;status=500", "header_delay=700;status=500"),
                    .. Both("both-hang", "fault=hang", "fault=hang"),
                    .. Both("left-later", "ttft=20000", "tps=20;tokens=2000"),
                    .. Both("unwanted", "ttft=900", "ttft=0"),
                    .. Both("tail", "", ""),
                ],
                Yaml = "routing: { hedging: request, hedge_after: 250ms, hedge_percent: 10 }",
            },
            TestContext.Current.CancellationToken);
        Books = await Books.OpenAsync(World, null, TestContext.Current.CancellationToken);
        Hedging = new ApiClient(World.Server.Address, World.MasterKey) { Headers = { ["X-Patchbay-Hedge"] = "true" } };
    }

    public async ValueTask DisposeAsync()
    {
        Hedging.Dispose();
        await Books.DisposeAsync();
        await World.DisposeAsync();
    }

    // Models of their own for streams and whole answers: each has a hedge budget of its own.
    private static IEnumerable<WorldModel> Both(string name, string first, string second)
    {
        foreach (var form in (string[])["s", "w"])
        {
            yield return new WorldModel(
                $"hedge/{name}-{form}",
                new WorldEndpoint("one", $"{name};tokens=12;prompt_tokens=9;{first}"),
                new WorldEndpoint("two", $"{name};tokens=12;prompt_tokens=9;{second}", "0.000003", "0.000004"));
        }
    }
}

/// <summary>A second endpoint is asked when the first takes long; one answer is paid for.</summary>
public sealed class HedgeTests(HedgeWorld fixture) : IClassFixture<HedgeWorld>
{
    private const string Order = "\"provider\":{\"order\":[\"one\",\"two\"]}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData("slow-first", true)]
    [InlineData("slow-first", false)]
    [InlineData("slow-headers", true)]
    [InlineData("slow-headers", false)]
    public async Task The_second_answers_when_the_first_is_slow_and_the_firsts_cost_is_the_operators(string name, bool stream)
    {
        var (provider, row) = await AskAsync(name, stream);

        Assert.Equal("TWO", provider);
        Assert.Equal(["superseded", null], row.Attempts.Select(attempt => attempt.ErrorCode));
        Assert.Equal([AttemptKind.Ordinary, AttemptKind.Hedge], row.Attempts.Select(attempt => attempt.Kind));
        Assert.Equal((75_000, 75_000), (row.Charge.Nanos, row.ProviderCost.Nanos));

        // Eight tokens in by our own count, and as many out as the other said: a provider may not stop when we leave.
        Assert.Equal((8 * 1_000) + (12 * 2_000), row.Loss.Nanos);
        Assert.Equal(RequestOutcome.CancelledByClient, OutcomeAt("one"));
        await CleanAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_answers_when_it_is_the_faster_after_all(bool stream)
    {
        var (provider, row) = await AskAsync("slow-second", stream);

        Assert.Equal("ONE", provider);
        Assert.Equal([null, "superseded"], row.Attempts.Select(attempt => attempt.ErrorCode));
        Assert.Equal((33_000, (8 * 3_000) + (12 * 4_000)), (row.Charge.Nanos, row.Loss.Nanos));
        Assert.Equal(RequestOutcome.CancelledByClient, OutcomeAt("two"));
        await CleanAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_second_is_the_fallback_when_the_first_fails(bool stream)
    {
        var (provider, row) = await AskAsync("failing", stream);

        Assert.Equal("TWO", provider);
        Assert.Equal(["provider_error", null], row.Attempts.Select(attempt => attempt.ErrorCode));
        Assert.Equal((75_000, 0), (row.Charge.Nanos, row.Loss.Nanos));
        await CleanAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_prompt_endpoint_is_asked_alone(bool stream)
    {
        // On a machine so busy that even a prompt answer takes as long as a hedge waits, it is asked again.
        string? provider;
        Generation row;
        var clock = new Stopwatch();
        do
        {
            clock.Restart();
            (provider, row) = await AskAsync("prompt", stream);
        }
        while (clock.Elapsed >= HedgeWorld.After && row.Attempts.Count > 1);

        Assert.Equal("ONE", provider);
        Assert.Single(row.Attempts);
        Assert.Single(World.Simulator.Log.Requests);
    }

    [Fact]
    public async Task When_both_fail_both_are_told_of()
    {
        World.Simulator.Reset();

        var answer = await fixture.Hedging.ChatAsync("hedge/both-fail-w", Token, Order);

        Assert.Equal((502, "provider_error"), (answer.Status, answer.ErrorCode));
        Assert.Equal(2, World.Simulator.Log.Counters.Requests);
        var row = await fixture.Books.FindAsync(answer.Header("X-Generation-Id")!, Token);
        Assert.Equal(["provider_error", "provider_error"], row!.Attempts.Select(attempt => attempt.ErrorCode));
        Assert.Equal((0, 0), (row.Charge.Nanos, row.Loss.Nanos));
        await CleanAsync();
    }

    [Fact]
    public async Task Who_does_not_ask_for_it_waits_for_the_first()
    {
        World.Simulator.Reset();

        var stream = await World.Api.StreamAsync("hedge/unwanted-s", Token, Order);

        Assert.Equal("ONE", stream.Events[0].Json.GetProperty("provider").GetString());
        Assert.Single(World.Simulator.Log.Requests);
    }

    [Fact]
    public async Task A_header_that_is_neither_true_nor_false_is_named()
    {
        using var client = new ApiClient(World.Server.Address, World.MasterKey) { Headers = { ["X-Patchbay-Hedge"] = "maybe" } };

        var answer = await client.ChatAsync("hedge/prompt-w", Token);

        Assert.Equal(400, answer.Status);
        Assert.Contains("X-Patchbay-Hedge", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_leaves_ends_both_calls_and_the_seconds_cost_is_the_operators(bool stream)
    {
        World.Simulator.Reset();
        var before = await fixture.Books.BalanceAsync(LedgerAccount.LossHedge, Token);
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token);
        var body = ApiClient.Chat(stream ? "hedge/both-hang-s" : "hedge/both-hang-w", stream, Order);
        await connection.SendAsync(Hedged(body), Token);
        await Until.TrueAsync(() => World.Simulator.Log.Counters.InProgress == 2, Token);

        connection.Reset();

        await World.Simulator.Log.WhenIdleAsync(Token);
        Assert.All(World.Simulator.Log.Requests, request => Assert.NotEqual(RequestOutcome.Completed, request.Outcome));
        await FaultProbe.NothingHeldAsync(World, Token);
        await Until.TrueAsync(async () => await fixture.Books.BalanceAsync(LedgerAccount.LossHedge, Token) == before - (8 * 3_000), Token);
        var row = (await fixture.Books.ListAsync(1, Token))[0];
        Assert.Equal((GenerationOutcome.Cancelled, 0L), (row.Outcome, row.Charge.Nanos));
        await CleanAsync();
    }

    [Fact]
    public async Task A_caller_that_leaves_the_winner_pays_for_what_it_got_of_that_one()
    {
        World.Simulator.Reset();
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token);
        await connection.SendAsync(Hedged(ApiClient.Chat("hedge/left-later-s", stream: true, Order)), Token);
        await connection.ReadUntilAsync(text => text.Split("\"content\":").Length > 6, Token);

        connection.Reset();

        await World.Simulator.Log.WhenIdleAsync(Token);
        await FaultProbe.NothingHeldAsync(World, Token);
        await Until.TrueAsync(async () => (await fixture.Books.ListAsync(1, Token))[0].Model == "hedge/left-later-s", Token);
        var row = (await fixture.Books.ListAsync(1, Token))[0];
        Assert.Equal((GenerationOutcome.Cancelled, "TWO"), (row.Outcome, row.ProviderName));
        Assert.Equal(row.Charge, row.ProviderCost);
        Assert.True(row.Charge.Nanos > 8 * 3_000);
        Assert.True(row.Loss.Nanos > 8 * 1_000);
        await CleanAsync();
    }

    [Fact]
    public async Task Hedging_shortens_the_tail_at_a_bounded_extra_cost()
    {
        const int Requests = 200;
        World.Simulator.Script.Replace([new ScriptRule { Provider = "one", Model = "tail", Calls = "every 20", Behavior = "ttft=1500" }]);

        var (plain, _, _) = await MeasureAsync(World.Api, Requests);
        World.Simulator.Script.ResetCounts();
        var (hedged, calls, rows) = await MeasureAsync(fixture.Hedging, Requests);

        World.Simulator.Script.Clear();
        var cost = rows.Sum(row => row.Charge.Nanos);
        var loss = rows.Sum(row => row.Loss.Nanos);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Time to the first token, p50/p99: alone {plain[Requests / 2]:0}/{plain[Requests * 99 / 100]:0} ms, hedged "
            + $"{hedged[Requests / 2]:0}/{hedged[Requests * 99 / 100]:0} ms; {calls - Requests} extra calls, {100.0 * loss / cost:0.0} % extra cost.");
        Assert.InRange(calls - Requests, 1, (Requests / 10) + 1);
        Assert.True(hedged.Count(time => time >= 1500) < plain.Count(time => time >= 1500));
        Assert.All(rows, row => Assert.Null(row.ErrorCode));
        await CleanAsync();
    }

    private async Task<(List<double> Times, long Calls, IReadOnlyList<Generation> Rows)> MeasureAsync(ApiClient client, int requests)
    {
        World.Simulator.Reset();
        var times = new List<double>(requests);
        for (var i = 0; i < requests; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var stream = await client.StreamAsync("hedge/tail-s", Token, Order);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.True(stream.EndsWithDone);
        }

        times.Sort();
        return (times, World.Simulator.Log.Counters.Requests, await fixture.Books.ListAsync(requests, Token));
    }

    private async Task<(string? Provider, Generation Row)> AskAsync(string name, bool stream)
    {
        World.Simulator.Reset();
        JsonElement first;
        string id;
        if (stream)
        {
            var answer = await fixture.Hedging.StreamAsync($"hedge/{name}-s", Token, Order);
            Assert.True(answer.EndsWithDone, answer.Raw);
            Assert.Single(answer.Usages);
            (first, id) = (answer.Events[0].Json, answer.GenerationId!);
        }
        else
        {
            var answer = await fixture.Hedging.ChatAsync($"hedge/{name}-w", Token, Order);
            Assert.True(answer.Status == 200, answer.Body);
            (first, id) = (answer.Json, answer.Header("X-Generation-Id")!);
        }

        await World.Simulator.Log.WhenIdleAsync(Token);
        return (first.GetProperty("provider").GetString(), (await fixture.Books.FindAsync(id, Token))!);
    }

    private RequestOutcome OutcomeAt(string provider) =>
        Assert.Single(World.Simulator.Log.Requests, request => request.Provider == provider).Outcome;

    private async Task CleanAsync()
    {
        await FaultProbe.NothingHeldAsync(World, Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    private static string Hedged(string body) =>
        RawConnection.Post(World.MasterKey, body).Replace("Content-Type", "X-Patchbay-Hedge: true\r\nContent-Type", StringComparison.Ordinal);
}
