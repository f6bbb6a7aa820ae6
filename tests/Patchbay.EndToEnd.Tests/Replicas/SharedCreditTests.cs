using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.EndToEnd.Tests.Operations;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Prepaid credits that two servers spend of, while they come and go.</summary>
public sealed class SharedCreditTests(SharedCreditWorld world) : IClassFixture<SharedCreditWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ReplicaWorld Replicas => world.Replicas;

    [Fact]
    public async Task Credits_of_ten_requests_pay_exactly_ten_of_two_hundred_at_two_servers()
    {
        await world.FillAsync(0, 10_000_000);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => world.AskAsync(i % 2)));

        Assert.Equal((10, 190), (statuses.Count(s => s == 200), statuses.Count(s => s == 402)));
        await Until.TrueAsync(async () => await world.FundsAsync() == 0, Token);
        Assert.Empty(await Replicas.Books.AuditAsync(Token));

        // What is given at one server is there for the other.
        await world.FillAsync(1, 2_000_000);
        Assert.Equal((200, 200, 402), (await world.AskAsync(0), await world.AskAsync(0), await world.AskAsync(0)));
        await Until.TrueAsync(async () => await world.FundsAsync() == 0, Token);
    }

    [Fact]
    public async Task A_promotion_that_ends_while_two_servers_have_slices_of_it_is_not_overspent()
    {
        var before = (await Replicas.Books.ReadCreditsAsync(Token)).Credits;
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(3);
        await Replicas.Books.OrderAsync(
            organization => new GrantOrder(organization, SharedCreditWorld.Name("promotion"), "test", new Money(20_000_000_000), end), Token);

        var answered = await world.SpendAsync(TimeSpan.FromMinutes(1));

        // It ended by its time, not by its use: all that was leased was used or came back.
        await Until.TrueAsync(async () => (await Replicas.Books.ReadCreditsAsync(Token)).Promotions == Money.Zero, Token);
        var ended = await Replicas.CountAsync("SELECT -sum(amount_nanos)::bigint FROM credit_transaction WHERE kind = 8");
        Assert.True(answered > 0);
        Assert.Equal(20_000_000_000, ended + (answered * 1_000_000L));
        await Until.TrueAsync(async () => await world.LeasedAsync() == 0, Token);
        Assert.Equal(before, (await Replicas.Books.ReadCreditsAsync(Token)).Credits);
        Assert.Empty(await Replicas.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_dispute_and_a_reversal_at_one_server_stop_the_other_and_its_slices_come_back()
    {
        var purchase = await world.BuyAsync(4_000_000_000);
        await world.SpendAsync(TimeSpan.FromSeconds(1));
        var dispute = await Replicas.Books.OrderAsync(
            organization => new DisputeOrder(
                organization, SharedCreditWorld.Name("dispute"), "test", purchase.Id, new Money(1_000_000_000), SharedCreditWorld.Name("dp")),
            Token);
        await Until.TrueAsync(async () => await world.AskAsync(0) == 402 && await world.AskAsync(1) == 402, Token);
        await Until.TrueAsync(async () => await world.LeasedAsync() == 0, Token);

        await Replicas.Books.OrderAsync(
            organization => new ResolveOrder(
                organization, CreditPlan.ResolutionReference(dispute.Id), "test", purchase.Id, dispute.Id, Won: true),
            Token);
        await Until.TrueAsync(async () => await world.AskAsync(0) == 200 && await world.AskAsync(1) == 200, Token);
        await world.SpendAsync(TimeSpan.FromSeconds(1));

        // All of it is taken back, also what was used: it is a debt, which grows only by what was leased before.
        var left = await world.FundsAsync();
        var leased = await world.LeasedAsync();
        await ReverseAsync(purchase);
        await world.SpendAsync(TimeSpan.FromMinutes(1));
        await Until.TrueAsync(async () => await world.AskAsync(0) == 402 && await world.AskAsync(1) == 402, Token);
        await Until.TrueAsync(async () => await world.LeasedAsync() == 0, Token);
        Assert.InRange(await world.FundsAsync(), left - 4_000_000_000 - leased, left - 4_000_000_000);
        Assert.Empty(await Replicas.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task The_slices_of_a_server_that_died_are_free_once_it_is_forgotten_and_its_usage_is_a_loss_when_it_comes_back()
    {
        var purchase = await world.BuyAsync(4_000_000_000);
        await world.SpendAsync(20);
        var node = Guid.Parse(await File.ReadAllTextAsync(Replicas.NodeFileOf(1), Token));
        Assert.Contains("still alive", (await ForgetAsync(node, "--yes")).Error, StringComparison.Ordinal);
        Assert.Equal(200, await world.AskAsync(1));
        await Replicas.Servers[1].KillAsync();
        var leased = await Replicas.CountAsync(
            $"SELECT sum(granted_nanos - returned_nanos - used_nanos) FROM lease WHERE kind = 4 AND node_id = '{node}'");
        Assert.True(leased > 0);

        CliResult forgotten = null!;
        await Until.TrueAsync(async () => (forgotten = await ForgetAsync(node, "--yes")).ExitCode == 0, Token);
        Assert.Contains(node.ToString(), forgotten.Output, StringComparison.Ordinal);
        Assert.Equal(0, await Replicas.CountAsync($"SELECT count(*) FROM lease WHERE node_id = '{node}'"));
        await Replicas.RestartAsync(1, Token);
        Assert.Equal(200, await world.AskAsync(1));
        await ReverseAsync(purchase);
        await world.FundsAsync();
        Assert.Empty(await Replicas.Books.AuditAsync(Token));
    }

    private Task<CreditTransaction> ReverseAsync(CreditTransaction purchase) => Replicas.Books.OrderAsync(
        organization => new ReversalOrder(
            organization, SharedCreditWorld.Name("reversal"), "test", purchase.Id, purchase.Paid, SharedCreditWorld.Name("re")),
        Token);

    private Task<CliResult> ForgetAsync(Guid node, params string[] more) => Cli.RunAsync(
        ["nodes", "forget", node.ToString(), .. more, "--config", Path.Combine(Replicas.World.Data, "patchbay.yaml")],
        new Dictionary<string, string?> { ["PATCHBAY_MASTER_KEY"] = null, ["PATCHBAY_DATABASE"] = Replicas.Database }, Token);
}
