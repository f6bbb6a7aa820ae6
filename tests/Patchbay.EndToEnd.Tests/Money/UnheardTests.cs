using System.Collections.Concurrent;
using Patchbay.Billing;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class UnheardWorld() : MoneyWorld(null)
{
    public const int Tokens = 16;

    protected override WorldOptions Options => new()
    {
        Models =
        [
            Model("stops", "tokens=16;tps=10;ttft=500;cancel=stop"),
            Model("bills", "tokens=16;tps=10;ttft=500;cancel=continue"),
            Model("unknown", "tokens=16;tps=10;ttft=500;cancel=continue"),
            Model("bills-whole", "tokens=16;tps=10;ttft=500;cancel=continue", "bills"),
            Model("bills-zero", "tokens=16;tps=10;ttft=500;cancel=continue;usage=zero", "bills"),
            Model("bills-slow", "tokens=60;tps=30;cancel=continue", "bills"),
            Model("bills-error", "header_delay=600;status=500", "bills"),
        ],
        ProviderYaml = new Dictionary<string, string>
        {
            ["stops"] = "cancel_stops_billing: true",
            ["bills"] = "cancel_stops_billing: false",
        },
        Yaml = "limits: { unheard_answers: 20, unheard_timeout: 60s }",
    };

    internal static WorldModel Model(string name, string behavior, string? provider = null) =>
        LedgerWorld.Model($"test/{name}", provider ?? name, behavior + ";prompt_tokens=9");
}

/// <summary>M-12: callers that leave at providers that stop billing then, and at providers that do not.</summary>
public sealed class UnheardTests(UnheardWorld fixture) : IClassFixture<UnheardWorld>
{
    // 9 × $0.000001 + 16 × $0.000002
    private const long Whole = 41_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData("stops")]
    [InlineData("unknown")]
    [InlineData("bills")]
    public async Task Usage_is_recorded_after_however_many_chunks_a_caller_leaves(string provider)
    {
        World.Simulator.Reset();
        var model = $"test/{provider}";
        var left = new ConcurrentDictionary<int, string?>();
        await Parallel.ForAsync(0, UnheardWorld.Tokens + 1,
            new ParallelOptions { MaxDegreeOfParallelism = UnheardWorld.Tokens + 1, CancellationToken = Token },
            async (k, _) => left[k] = await LeaveAsync(model, after: k));
        await fixture.WhenQuietAsync(Token);
        await World.Simulator.Log.WhenIdleAsync(Token);

        var rows = await RowsAsync(model);
        Assert.Equal(UnheardWorld.Tokens + 1, rows.Count);
        Assert.Equal(left.Count, left.Values.Where(id => id is not null).Distinct().Count() + 1);
        var upstream = World.Simulator.Log.Requests;
        var billed = upstream.Sum(r => (r.PromptTokens * 1_000L) + (r.TokensBilled * 2_000L));
        var charged = rows.Sum(r => r.Charge.Nanos);
        Report($"M-12 {provider}: {rows.Count} callers left after 0 to {UnheardWorld.Tokens} chunks, {rows.Count(r => r.Outcome == GenerationOutcome.Cancelled)} before the end; {upstream.Count(r => r.Outcome == RequestOutcome.Completed)} answers read whole; the provider bills {billed}, callers are charged {charged}, loss {rows.Sum(r => r.Loss.Nanos)} nano-USD");
        if (provider == "bills")
        {
            Assert.All(upstream, r => Assert.Equal(RequestOutcome.Completed, r.Outcome));
            Assert.All(rows, r => Assert.Equal((Whole, false), (r.Charge.Nanos, r.Usage.Estimated)));
            Assert.Equal(billed, charged);
        }
        else
        {
            Assert.Contains(upstream, r => r.Outcome == RequestOutcome.CancelledByClient);
            Assert.All(left.Where(l => l.Key > 1), l =>
            {
                var row = rows.Single(r => r.Id == l.Value);
                Assert.InRange(row.Charge.Nanos, 9_000, Whole * 2);
                Assert.True(row.Usage.CompletionTokens > 0);
            });
        }

        Assert.Contains(rows, r => r.Outcome == GenerationOutcome.Cancelled);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_whole_answer_that_is_billed_anyway_is_charged_though_its_caller_left()
    {
        World.Simulator.Reset();
        await LeaveAsync("test/bills-whole", after: 0, stream: false);
        await fixture.WhenQuietAsync(Token);
        await World.Simulator.Log.WhenIdleAsync(Token);

        Assert.Equal(RequestOutcome.Completed, Assert.Single(World.Simulator.Log.Requests).Outcome);
        var row = Assert.Single(await RowsAsync("test/bills-whole"));
        Assert.Equal((Whole, GenerationOutcome.Cancelled, false), (row.Charge.Nanos, row.Outcome, row.Usage.Estimated));
    }

    [Fact]
    public async Task A_usage_of_zero_is_zero_and_not_missing()
    {
        var heard = await World.Api.StreamAsync("test/bills-zero", Token);
        var left = await LeaveAsync("test/bills-zero", after: 3);
        await fixture.WhenQuietAsync(Token);
        await World.Simulator.Log.WhenIdleAsync(Token);

        Assert.Equal(0, TestKey.CostOf(heard));
        foreach (var id in new[] { heard.GenerationId!, left! })
        {
            var row = await fixture.Books.FindAsync(id, Token);
            Assert.Equal((0, 0, false), (row!.Charge.Nanos, row.Usage.CompletionTokens, row.Usage.Estimated));
        }
    }

    [Fact]
    public async Task An_error_that_comes_after_the_caller_left_costs_nothing_and_is_not_tried_elsewhere()
    {
        World.Simulator.Reset();
        await LeaveAsync("test/bills-error", after: 0);
        await fixture.WhenQuietAsync(Token);
        await World.Simulator.Log.WhenIdleAsync(Token);

        Assert.Single(World.Simulator.Log.Requests);
        var row = Assert.Single(await RowsAsync("test/bills-error"));
        Assert.Equal((0, 0, GenerationOutcome.Cancelled), (row.Charge.Nanos, row.Loss.Nanos, row.Outcome));
    }

    [Fact]
    public async Task A_server_that_stops_reads_them_to_their_end_like_answers_with_a_caller()
    {
        World.Simulator.Reset();
        var left = await LeaveAsync("test/bills-slow", after: 3);
        World.Server.Terminate();
        await World.Server.WaitForExitAsync(Token);
        Assert.Equal(0, World.Server.ExitCode);
        await World.Simulator.Log.WhenIdleAsync(Token);
        await World.StartServerAsync(Token);

        Assert.Equal((RequestOutcome.Completed, 60), World.Simulator.Log.Requests is [var one] ? (one.Outcome, one.TokensBilled) : default);
        var row = await fixture.Books.FindAsync(left!, Token);
        Assert.Equal((129_000, GenerationOutcome.Cancelled), (row!.Charge.Nanos, row.Outcome));
    }

    private static void Report(FormattableString line) =>
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));

    private async Task<List<Generation>> RowsAsync(string model) =>
        [.. (await fixture.Books.ListAsync(int.MaxValue, Token)).Where(row => row.Model == model)];

    private async Task<string?> LeaveAsync(string model, int after, bool stream = true)
    {
        using var caller = await LeavingCaller.AskAsync(World, model, after, stream, Token);
        caller.Leave();
        return caller.GenerationId;
    }
}
