using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Answers whose usage is missing, odd or not to be charged.</summary>
[Collection(typeof(SqliteLedger))]
public sealed class UsageTests(SqliteLedgerWorld fixture)
{
    // "user" and "Hello" are a token each; three frame the message, and three the answer.
    private const int PromptByOurCount = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    private Books Books => fixture.Books;

    [Theory]
    [InlineData("twice", true)]
    [InlineData("decreasing", true)]
    [InlineData("every", true)]
    [InlineData("with-choices", true)]
    [InlineData("null-in-chunks", true)]
    [InlineData("twice", false)]
    [InlineData("decreasing", false)]
    public async Task However_a_provider_spreads_its_usage_it_is_charged_once(string shape, bool stream)
    {
        var row = await AskAsync($"test/usage-{shape}", stream, expected: 33_000);

        Assert.False(row.Usage.Estimated);
        Assert.Equal((9, 12), (row.Usage.PromptTokens, row.Usage.CompletionTokens));
    }

    [Theory]
    [InlineData("missing", true)]
    [InlineData("missing", false)]
    [InlineData("negative", true)]
    [InlineData("negative", false)]
    public async Task Usage_that_is_missing_is_estimated_charged_and_marked(string shape, bool stream)
    {
        var row = await AskAsync($"test/usage-{shape}", stream, expected: null);

        Assert.True(row.Usage.Estimated);
        Assert.Equal(PromptByOurCount, row.Usage.PromptTokens);
        Assert.InRange(row.Usage.CompletionTokens, 3, 60);
        Assert.Equal((PromptByOurCount * 1_000) + (row.Usage.CompletionTokens * 2_000), row.Charge.Nanos);
    }

    [Fact]
    public async Task A_stream_without_usage_is_charged_for_its_tokens_of_o200k_base()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        var stream = await key.Api.StreamAsync("test/usage-missing", Token);

        var tokens = O200kTokenizer.CountChars(stream.Text);
        Assert.InRange(tokens, 3, 60);
        Assert.Equal(tokens, Assert.Single(stream.Usages).GetProperty("completion_tokens").GetInt32());
        Assert.Equal((PromptByOurCount * 1_000) + (tokens * 2_000), TestKey.CostOf(stream));
    }

    [Fact]
    public async Task A_whole_answer_without_usage_is_charged_for_its_tokens_of_o200k_base()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        var answer = await key.Api.ChatAsync("test/usage-missing", Token);

        var text = answer.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        var tokens = O200kTokenizer.CountChars(text);
        Assert.InRange(tokens, 3, 60);
        Assert.Equal(tokens, answer.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal((PromptByOurCount * 1_000) + (tokens * 2_000), TestKey.CostOf(answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_absurd_count_is_no_report_so_that_the_output_is_estimated_and_the_reported_input_counts(bool stream)
    {
        var row = await AskAsync("test/usage-absurd", stream, expected: null);

        Assert.True(row.Usage.Estimated);
        Assert.Equal(9, row.Usage.PromptTokens);
        Assert.InRange(row.Usage.CompletionTokens, 3, 60);
        Assert.Equal(9_000 + (row.Usage.CompletionTokens * 2_000), row.Charge.Nanos);
    }

    [Theory]
    [InlineData("test/void", "void", true, 9_000)]
    [InlineData("test/void", "void", false, 9_000)]
    [InlineData("test/sour", "sour", true, 33_000)]
    [InlineData("test/sour", "sour", false, 33_000)]
    public async Task An_empty_or_failed_answer_is_free_and_its_cost_is_the_operators_expense(
        string model, string provider, bool stream, long cost)
    {
        await fixture.WhenQuietAsync(Token);
        var before = await Books.BalanceAsync(LedgerAccount.ProviderExpense(provider), Token);

        var row = await AskAsync(model, stream, expected: 0);

        Assert.Equal((Money.Zero, cost), (row.Charge, row.ProviderCost.Nanos));
        Assert.Equal(before - cost, await Books.BalanceAsync(LedgerAccount.ProviderExpense(provider), Token));
        Assert.Empty(await Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_request_given_up_before_its_answer_is_free_and_bears_no_trace_of_the_one_before()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        Assert.True((await key.Api.StreamAsync("test/plain", Token)).EndsWithDone);
        World.Simulator.Reset();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var request = key.Api.StreamAsync("test/late", patience.Token);
        await Until.TrueAsync(() => World.Simulator.Log.Counters.Requests == 1, Token);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        await fixture.WhenQuietAsync(Token);
        var row = (await Books.ListAsync(1, Token))[0];
        Assert.Equal(("test/late", GenerationOutcome.Cancelled), (row.Model, row.Outcome));
        Assert.Equal((Money.Zero, Money.Zero, Money.Zero), (row.Charge, row.ProviderCost, row.Loss));
        Assert.Equal((null, null, default(Usage)), (row.UpstreamId, row.NativeFinishReason, row.Usage));
        Assert.Equal(33_000, await key.UsageAsync(Token));
    }

    // Asks with a fresh key; what the caller saw, what the key says and what the row says must be one number.
    private async Task<Generation> AskAsync(string model, bool stream, long? expected)
    {
        using var key = await TestKey.CreateAsync(World, Token);
        var (id, cost) = stream
            ? await key.Api.StreamAsync(model, Token) is var s ? (s.GenerationId!, TestKey.CostOf(s)) : default
            : await key.Api.ChatAsync(model, Token) is var r
                ? (r.Json.GetProperty("id").GetString()!, TestKey.CostOf(r)) : default;
        var row = await Books.FindAsync(id, Token);
        Assert.NotNull(row);
        Assert.Equal((cost, cost), (row.Charge.Nanos, await key.UsageAsync(Token)));
        if (expected is { } nanos)
        {
            Assert.Equal(nanos, cost);
        }

        return row;
    }
}
