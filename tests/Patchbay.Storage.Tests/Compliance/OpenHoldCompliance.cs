using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class OpenHoldCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task Holds_come_back_after_a_restart()
    {
        var full = Samples.Hold("gen-1", Now);
        var lean = new OpenHold
        {
            GenerationId = "gen-2",
            CreatedAt = Now.AddSeconds(1),
            OrganizationId = Samples.Organization,
            WorkspaceId = Samples.Workspace,
            Model = "acme/echo",
        };
        await Storage.OpenHolds.RecordAsync([full, lean], Token);
        await RestartAsync();
        Assert.Equal([full, lean], await Storage.OpenHolds.ListAsync(Token));
    }

    [Fact]
    public async Task A_hold_that_is_there_stays_as_it_is()
    {
        var hold = Samples.Hold("gen-1", Now);
        await Storage.OpenHolds.RecordAsync([hold], Token);
        await Storage.OpenHolds.RecordAsync([hold with { Model = "other" }], Token);
        Assert.Equal([hold], await Storage.OpenHolds.ListAsync(Token));
    }

    [Fact]
    public async Task Removed_holds_are_gone()
    {
        await Storage.OpenHolds.RecordAsync([Samples.Hold("gen-1", Now), Samples.Hold("gen-2", Now)], Token);
        await Storage.OpenHolds.RemoveAsync(["gen-1", "gen-unknown"], Token);
        Assert.Equal("gen-2", Assert.Single(await Storage.OpenHolds.ListAsync(Token)).GenerationId);
    }

    [Fact]
    public async Task A_settlement_removes_its_hold_in_the_same_commit()
    {
        var settlement = Samples.Settlement(Now) with { HoldRecorded = true };
        await Storage.OpenHolds.RecordAsync([Samples.Hold(settlement.Generation.Id, Now)], Token);
        await Storage.Settlements.SettleAsync(settlement);
        Assert.Empty(await Storage.OpenHolds.ListAsync(Token));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_hold_of_a_settled_generation_is_not_written_down()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await Storage.OpenHolds.RecordAsync([Samples.Hold(settlement.Generation.Id, Now)], Token);
        Assert.Empty(await Storage.OpenHolds.ListAsync(Token));
        await AssertBooksAreRightAsync();
    }
}
