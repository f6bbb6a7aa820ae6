using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

[Collection(typeof(SqliteLedger))]
public sealed class SqliteLedgerTests(SqliteLedgerWorld world) : LedgerContract(world);

public sealed class PostgresLedgerTests(PostgresLedgerWorld world) : LedgerContract(world), IClassFixture<PostgresLedgerWorld>;

/// <summary>What holds on both databases: admission, fallback, overrun, and the sum of everything.</summary>
public abstract class LedgerContract(LedgerWorld fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    private Books Books => fixture.Books;

    [Fact]
    public async Task Of_500_parallel_requests_exactly_ten_fit_into_a_cent()
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.01");

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(_ => key.Api.ChatAsync("test/exact", Token, "\"max_tokens\":500")));

        var admitted = responses.Where(r => r.Status == 200).ToList();
        var refused = responses.Where(r => r.Status == 402).ToList();
        Assert.Equal((10, 490), (admitted.Count, refused.Count));
        Assert.All(admitted, r => Assert.Equal(1_000_000, TestKey.CostOf(r)));
        Assert.All(refused, r =>
        {
            Assert.Equal("key_limit_exceeded", r.ErrorCode);
            Assert.Equal("key", r.Json.GetProperty("error").GetProperty("metadata").GetProperty("limit_source").GetString());
            Assert.Contains("the key's limit", r.ErrorMessage, StringComparison.Ordinal);
        });
        var own = await key.ReadAsync(Token);
        Assert.Equal(10_000_000, TestKey.Nanos(own.GetProperty("usage")));
        Assert.Equal(0, TestKey.Nanos(own.GetProperty("limit_remaining")));
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await Books.AuditAsync(Token));
    }

    [Theory]
    [InlineData("test/endless", "max_tokens", "max_completion_tokens", false)]
    [InlineData("test/endless", "max_tokens", "max_completion_tokens", true)]
    [InlineData("test/endless-modern", "max_completion_tokens", "max_tokens", false)]
    public async Task Without_max_tokens_the_provider_is_told_what_the_limit_can_pay(
        string model, string field, string otherField, bool stream)
    {
        // 731 output tokens at $0.000002.
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.001462");
        World.Simulator.Reset();

        var (status, cost) = stream
            ? await key.Api.StreamAsync(model, Token) is var s ? (s.Status, TestKey.CostOf(s)) : default
            : await key.Api.ChatAsync(model, Token) is var r ? (r.Status, TestKey.CostOf(r)) : default;

        Assert.Equal((200, 1_462_000), (status, cost));
        using var sent = JsonDocument.Parse(Assert.Single(World.Simulator.Log.Requests).Body);
        var (told, other) = sent.RootElement.TryGetProperty(field, out var value) ? (value.GetInt32(), otherField) : (-1, otherField);
        Assert.Equal(731, told);
        Assert.False(sent.RootElement.TryGetProperty(other, out _));
        Assert.Equal(1_462_000, await key.UsageAsync(Token));
        var next = await key.Api.ChatAsync(model, Token);
        Assert.Equal(402, next.Status);
        Assert.Contains("can only afford 0", next.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"max_tokens\":4000")]
    [InlineData("\"max_completion_tokens\":4000")]
    [InlineData("\"max_tokens\":4000,\"max_completion_tokens\":1")]
    [InlineData("\"max_tokens\":1,\"max_completion_tokens\":4000")]
    public async Task A_caller_that_asks_for_more_than_its_limit_pays_is_told_what_it_can_afford(string asked)
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.001462");
        World.Simulator.Reset();

        var response = await key.Api.ChatAsync("test/endless", Token, asked);

        Assert.Equal((402, "key_limit_exceeded"), (response.Status, response.ErrorCode));
        Assert.Contains("You requested up to 4000 tokens, but can only afford 731", response.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(World.Simulator.Log.Requests);
        Assert.Equal(0, await key.UsageAsync(Token));
    }

    [Theory]
    [InlineData("cut-empty", true)]
    [InlineData("cut-empty", false)]
    [InlineData("error-in-200", true)]
    [InlineData("error-in-200", false)]
    [InlineData("html", true)]
    public async Task A_failed_first_provider_is_the_operators_loss_and_only_the_second_is_billed(string name, bool stream)
    {
        using var key = await TestKey.CreateAsync(World, Token);
        await fixture.WhenQuietAsync(Token);
        var lossBefore = await Books.BalanceAsync(LedgerAccount.LossFallback, Token);
        var owedBefore = await Books.BalanceAsync(LedgerAccount.ProviderPayable($"bad-{name}"), Token);

        // A long answer before it, whose counts must not be taken for the failed attempt's.
        Assert.Equal(200, (await key.Api.ChatAsync("test/exact", Token, "\"max_tokens\":500")).Status);
        var order = $"\"provider\":{{\"order\":[\"bad-{name}\",\"good-{name}\"]}}";
        var (id, cost) = stream
            ? await key.Api.StreamAsync($"test/fallback-{name}", Token, order) is var s ? (s.GenerationId!, TestKey.CostOf(s)) : default
            : await key.Api.ChatAsync($"test/fallback-{name}", Token, order) is var r
                ? (r.Json.GetProperty("id").GetString()!, TestKey.CostOf(r)) : default;

        Assert.Equal(33_000, cost);
        Assert.Equal(1_000_000 + 33_000, await key.UsageAsync(Token));
        var row = await Books.FindAsync(id, Token);
        Assert.NotNull(row);
        Assert.Equal((33_000, 33_000), (row.Charge.Nanos, row.ProviderCost.Nanos));

        // The messages are eight tokens by our own count, at $0.00001.
        Assert.Equal(80_000, row.Loss.Nanos);
        Assert.Equal(lossBefore - 80_000, await Books.BalanceAsync(LedgerAccount.LossFallback, Token));
        Assert.Equal(owedBefore + 80_000, await Books.BalanceAsync(LedgerAccount.ProviderPayable($"bad-{name}"), Token));
        var attempts = (await World.GenerationAsync(id, Token)).GetProperty("provider_responses");
        Assert.Equal(
            [$"BAD-{name.ToUpperInvariant()}", $"GOOD-{name.ToUpperInvariant()}"],
            attempts.EnumerateArray().Select(a => a.GetProperty("provider_name").GetString()!));
        Assert.Empty(await Books.AuditAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_that_ignores_max_tokens_costs_the_caller_no_more_than_was_held(bool stream)
    {
        using var key = await TestKey.CreateAsync(World, Token);
        await fixture.WhenQuietAsync(Token);
        var before = await Books.BalanceAsync(LedgerAccount.LossOverrun, Token);

        var (id, cost) = stream
            ? await key.Api.StreamAsync("test/glutton", Token, "\"max_tokens\":100") is var s
                ? (s.GenerationId!, TestKey.CostOf(s)) : default
            : await key.Api.ChatAsync("test/glutton", Token, "\"max_tokens\":100") is var r
                ? (r.Json.GetProperty("id").GetString()!, TestKey.CostOf(r)) : default;

        Assert.Equal(200_000, cost);
        var row = await Books.FindAsync(id, Token);
        Assert.NotNull(row);
        Assert.Equal(200_000, row.Charge.Nanos);

        // A stream may be cut before all of it has come.
        Assert.InRange(row.Loss.Nanos, stream ? 1 : 400_000, 400_000);
        Assert.Equal(before - row.Loss.Nanos, await Books.BalanceAsync(LedgerAccount.LossOverrun, Token));
        Assert.Equal(200_000, await key.UsageAsync(Token));
        Assert.Empty(await Books.AuditAsync(Token));
    }

    [Fact]
    public async Task What_callers_saw_what_keys_say_and_what_the_books_say_is_the_same_to_the_nano()
    {
        using var first = await TestKey.CreateAsync(World, Token);
        using var second = await TestKey.CreateAsync(World, Token);
        await fixture.WhenQuietAsync(Token);
        var before = await Books.TotalsAsync(Token);
        var random = new Random(7);
        var plan = Enumerable.Range(0, 240)
            .Select(i => (Key: i % 2, Stream: random.Next(2) == 0, Model: random.Next(3) == 0 ? "test/plain" : "test/odd"))
            .ToArray();

        var seen = await Task.WhenAll(plan.Select(async p =>
        {
            var api = p.Key == 0 ? first.Api : second.Api;
            return p.Stream
                ? (p.Key, Cost: TestKey.CostOf(await api.StreamAsync(p.Model, Token)))
                : (p.Key, Cost: TestKey.CostOf(await api.ChatAsync(p.Model, Token)));
        }));

        await fixture.WhenQuietAsync(Token);
        Assert.All(seen, s => Assert.NotEqual(0, s.Cost));
        Assert.Equal(seen.Where(s => s.Key == 0).Sum(s => s.Cost), await first.UsageAsync(Token));
        Assert.Equal(seen.Where(s => s.Key == 1).Sum(s => s.Cost), await second.UsageAsync(Token));
        var after = await Books.TotalsAsync(Token);
        Assert.Equal(240, after.Generations - before.Generations);
        Assert.Equal(seen.Sum(s => s.Cost), (after.Charges - before.Charges).Nanos);
        await fixture.AssertBooksAreRightAsync(Token);
    }
}
