namespace Patchbay.Billing.Tests;

public sealed class FleetShareTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 7)]
    [InlineData(4, 4)]
    [InlineData(4, 100_000)]
    public void All_shares_together_are_the_limit(int servers, long limit)
    {
        var sum = 0L;
        for (var before = 0; before < servers; before++)
        {
            var share = new FleetShare();
            share.Learn(servers, before);
            Assert.InRange(share.Of(limit), limit / servers, (limit / servers) + 1);
            sum += share.Of(limit);
        }

        Assert.Equal(limit, sum);
    }

    [Fact]
    public void Where_there_are_more_servers_than_the_limit_each_has_one()
    {
        var share = new FleetShare();
        Assert.Equal((1, 5), (share.Servers, share.Of(5)));
        share.Learn(4, 3);
        Assert.Equal((1, 1, 0), (share.Of(2), share.Of(1), share.Of(0)));
    }

    [Fact]
    public async Task A_server_of_several_lets_its_share_run_at_a_time_and_tells_of_the_whole_limit()
    {
        var fleet = new FleetShare();
        fleet.Learn(2, 1);
        var gate = new RateGate(new MemoryRateWindows(TimeProvider.System), TimeProvider.System, default, fleet);
        var (organization, workspace) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        gate.Apply([new RateLimit(new(BudgetLevel.Organization, organization)) { Concurrency = 5 }]);
        var caller = new LimitedCaller(organization, workspace, null);
        for (var i = 0; i < 2; i++)
        {
            Assert.NotNull((await gate.EnterAsync(caller, 0, TestContext.Current.CancellationToken)).Permit);
        }

        Assert.Equal(5, (await gate.EnterAsync(caller, 0, TestContext.Current.CancellationToken)).Refusal!.Limit);
        fleet.Learn(1, 0);
        for (var i = 2; i < 5; i++)
        {
            Assert.NotNull((await gate.EnterAsync(caller, 0, TestContext.Current.CancellationToken)).Permit);
        }
    }
}
