using System.Text;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>What changes while answers are running.</summary>
[Collection(typeof(SqliteLedger))]
public sealed class MidFlightTests(SqliteLedgerWorld fixture)
{
    // 9 × $0.000001 + 40 × $0.000002
    private const long SlowCost = 89_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("lower the limit")]
    public async Task What_happens_to_a_key_does_not_touch_its_running_streams(string change)
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":1");
        World.Simulator.Reset();
        var running = key.Api.StreamAsync("test/slow", Token, "\"max_tokens\":40");
        await Until.TrueAsync(() => World.Simulator.Log.Requests is [{ TokensGenerated: > 0 }], Token);

        var (method, body) = change switch
        {
            "disable" => (HttpMethod.Patch, "{\"disabled\":true}"),
            "delete" => (HttpMethod.Delete, ""),
            _ => (HttpMethod.Patch, "{\"limit\":0.000001}"),
        };
        var changed = await World.Api.SendAsync(
            method, $"/api/v1/keys/{key.Hash}", new StringContent(body, Encoding.UTF8, "application/json"), Token);
        var next = await key.Api.ChatAsync("test/plain", Token);
        var stream = await running;

        Assert.Equal(200, changed.Status);
        Assert.Equal(change == "lower the limit" ? 402 : 401, next.Status);
        Assert.True(stream.EndsWithDone);
        Assert.Equal(SlowCost, TestKey.CostOf(stream));
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal(SlowCost, row?.Charge.Nanos);
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_stream_that_outlives_its_key_is_served_and_charged()
    {
        // On a machine so busy that the key expires before the stream begins, it is tried again.
        for (var attempt = 1; ; attempt++)
        {
            var expires = TimeProvider.System.GetUtcNow().AddSeconds(2 * attempt);
            using var key = await TestKey.CreateAsync(World, Token, $"\"expires_at\":\"{expires:yyyy-MM-ddTHH:mm:ss.fffZ}\"");
            var stream = await key.Api.StreamAsync("test/slow", Token);
            if (stream.Status == 401 && attempt < 5)
            {
                continue;
            }

            Assert.True(stream.EndsWithDone);
            Assert.Equal(SlowCost, TestKey.CostOf(stream));
            await Until.TrueAsync(async () => (await key.Api.ChatAsync("test/plain", Token)).Status == 401, Token);
            var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
            Assert.Equal(SlowCost, row?.Charge.Nanos);
            return;
        }
    }

    [Fact]
    public async Task Streams_that_run_while_prices_change_pay_the_price_they_were_admitted_with()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        World.Simulator.Reset();
        var running = Enumerable.Range(0, 100).Select(_ => key.Api.StreamAsync("test/priced", Token)).ToArray();
        await Until.TrueAsync(() => World.Simulator.Log.Counters.Requests == 100, Token);

        await World.WriteModelsAsync(
            [.. LedgerWorld.Models.Select(m => m.Slug != "test/priced" ? m
                : LedgerWorld.Model(m.Slug, "priced", "tokens=10;prompt_tokens=9", "0.00001", "0.00002"))],
            Token);
        await Until.TrueAsync(
            async () => (await World.Api.GetAsync("/api/v1/model/test/priced", Token)).Body.Contains("0.00002\"", StringComparison.Ordinal),
            Token);
        var later = await key.Api.StreamAsync("test/priced", Token);
        var streams = await Task.WhenAll(running);

        // 9 × $0.000001 + 60 × $0.000002, and 9 × $0.00001 + 10 × $0.00002.
        Assert.All(streams, s => Assert.Equal(129_000, TestKey.CostOf(s)));
        Assert.Equal(290_000, TestKey.CostOf(later));
        var versions = new HashSet<long>();
        foreach (var stream in streams)
        {
            versions.Add((await fixture.Books.FindAsync(stream.GenerationId!, Token))!.PriceVersion);
        }

        var old = Assert.Single(versions);
        var young = (await fixture.Books.FindAsync(later.GenerationId!, Token))!.PriceVersion;
        Assert.NotEqual(old, young);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"M-15: 100 streams in flight, all charged 129000 nano-USD by snapshot {old}; the next 290000 by snapshot {young}"));
        Assert.Equal((100 * 129_000) + 290_000, await key.UsageAsync(Token));
    }
}
