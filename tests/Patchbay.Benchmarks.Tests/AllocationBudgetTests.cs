namespace Patchbay.Benchmarks.Tests;

public sealed class AllocationBudgetTests
{
    [Fact]
    public async Task No_hot_operation_allocates_more_than_its_budget()
    {
        var results = await AllocationCheck.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HotLeaves.Names.Count, results.Count);
        Assert.True(results.TrueForAll(result => result.IsWithin), AllocationCheck.Table(results));
    }

    [Fact]
    public void Every_operation_has_a_budget_and_every_budget_an_operation()
    {
        Assert.Equal(HotLeaves.Names.Order(), AllocationBudgets.Read().Keys.Order());
    }

    [Fact]
    public void Reading_writing_and_editing_have_a_budget_of_nothing()
    {
        var budgets = AllocationBudgets.Read();

        Assert.Equal(0, budgets["stream event edit"]);
        Assert.Equal(0, budgets["chat request write 8 KB"]);
        Assert.Equal(0, budgets["chat response write"]);
    }

    [Fact]
    public void An_operation_that_allocates_is_measured_by_the_byte()
    {
        byte[]? kept = null;

        var bytes = AllocationCheck.Measure(() => kept = new byte[1000]);

        Assert.NotNull(kept);
        Assert.Equal(1024, bytes);
    }

    [Fact]
    public void An_operation_over_its_budget_or_without_one_fails()
    {
        Assert.False(new AllocationResult("over", 65, 64).IsWithin);
        Assert.False(new AllocationResult("unknown", 0, null).IsWithin);
        Assert.True(new AllocationResult("within", 64, 64).IsWithin);
    }
}
