using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class HoldEdgeWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new()
    {
        Models =
        [
            LedgerWorld.Model("test/glutton", "glutton", "tokens=6000;tps=2000;prompt_tokens=10;ignore_max_tokens=true", prompt: "0"),
            Endless("brief", "tokens=50;ttft=1500;prompt_tokens=10", "0.00002"),
            Endless("long", "tokens=10000;tps=8000;prompt_tokens=10", "0.00002"),
            Endless("dear", "tokens=8000;tps=4000;prompt_tokens=10", "0.001"),
        ],
    };

    private static WorldModel Endless(string name, string behavior, string completion) => new(
        $"test/{name}", new WorldEndpoint(name, $"m;{behavior}", "0", completion) { MaxOutputTokens = 100_000 });
}

/// <summary>Streams that come to the edge of what is held for them.</summary>
public sealed class HoldEdgeTests(HoldEdgeWorld fixture) : IClassFixture<HoldEdgeWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_provider_that_ignores_max_tokens_is_cut_off_and_the_caller_pays_what_was_held()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        World.Simulator.Reset();

        var stream = await key.Api.StreamAsync("test/glutton", Token, "\"max_tokens\":1000");

        Assert.True(stream.EndsWithDone);
        Assert.Equal("length", FinishOf(stream));
        Assert.Equal(2_000_000, TestKey.CostOf(stream));
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.NotNull(row);
        Assert.Equal("length", row.FinishReason);
        Assert.True(row.Usage.Estimated);
        Assert.InRange(row.Loss.Nanos, 1, 1_500_000);
        await Until.TrueAsync(
            () => World.Simulator.Log.Requests is [{ Outcome: RequestOutcome.CancelledByClient }], Token);
        Assert.Contains("reason=\"overrun\"", (await World.Api.GetAsync("/metrics", Token)).Body, StringComparison.Ordinal);
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task The_longest_answer_of_one_stream_does_not_keep_a_rich_accounts_others_from_beginning()
    {
        // The longest answer costs $2, of which an account of $6 could hold three.
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":6");

        var streams = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => key.Api.StreamAsync("test/brief", Token, "\"max_tokens\":100000")));

        Assert.All(streams, stream => Assert.Equal((200, 1_000_000), (stream.Status, TestKey.CostOf(stream))));
        Assert.Equal(10_000_000, await key.UsageAsync(Token));
    }

    [Fact]
    public async Task A_stream_of_many_steps_is_whole_and_charged_exactly()
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":6");

        var stream = await key.Api.StreamAsync("test/long", Token, "\"max_tokens\":100000");

        Assert.Equal((200, "stop", true), (stream.Status, FinishOf(stream), stream.EndsWithDone));
        Assert.Equal(200_000_000, TestKey.CostOf(stream));
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal((10_000, 0), (row!.Usage.CompletionTokens, row.Loss.Nanos));
        Assert.Equal(200_000_000, await key.UsageAsync(Token));
    }

    [Fact]
    public async Task A_stream_ends_where_the_money_ends()
    {
        // $5.20 buy 5,200 of the 8,000 tokens.
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":5.2");

        var stream = await key.Api.StreamAsync("test/dear", Token, "\"max_tokens\":8000");

        Assert.Equal((200, "length", true), (stream.Status, FinishOf(stream), stream.EndsWithDone));
        Assert.InRange(TestKey.CostOf(stream), 4_800_000_000, 5_200_000_000);
        Assert.Equal(TestKey.CostOf(stream), await key.UsageAsync(Token));
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    private static string? FinishOf(StreamResponse stream) => stream.Events
        .Where(e => !e.IsDone)
        .SelectMany(e => e.Json.GetProperty("choices").EnumerateArray())
        .Select(choice => choice.GetProperty("finish_reason").GetString())
        .LastOrDefault(reason => reason is not null);
}
