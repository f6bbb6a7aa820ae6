namespace Patchbay.Protocol.Tests;

public sealed class ReasoningEffortsTests
{
    [Theory]
    [InlineData("high", "low,medium,high", "high")]
    [InlineData("xhigh", "low,medium,high", "high")]
    [InlineData("max", "low,high,xhigh", "xhigh")]
    [InlineData("minimal", "low,medium,high", "low")]
    [InlineData("none", "low,medium,high", "low")]
    [InlineData("none", "none,low", "none")]
    [InlineData("medium", "low,high", "low")]
    [InlineData("medium", "high", "high")]
    [InlineData("xhigh", "", "high")]
    [InlineData("minimal", "", "low")]
    [InlineData("none", "", "none")]
    [InlineData("turbo", "low", "turbo")]
    public void The_nearest_effort_that_a_model_knows_is_asked_for(string wanted, string known, string expected) =>
        Assert.Equal(expected, ReasoningEfforts.Nearest(wanted, known.Split(',', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData(0, 1000L, "none")]
    [InlineData(100, 1000L, "minimal")]
    [InlineData(200, 1000L, "low")]
    [InlineData(500, 1000L, "medium")]
    [InlineData(800, 1000L, "high")]
    [InlineData(950, 1000L, "xhigh")]
    [InlineData(16_384, null, "medium")]
    public void A_budget_stands_for_the_effort_of_its_share(long budget, long? limit, string expected) =>
        Assert.Equal(expected, ReasoningEfforts.OfBudget(budget, limit));
}
