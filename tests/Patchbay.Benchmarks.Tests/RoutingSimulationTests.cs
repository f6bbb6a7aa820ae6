namespace Patchbay.Benchmarks.Tests;

public sealed class RoutingSimulationTests
{
    // Five minutes of traffic, of which the second is the first of the fault and the fifth the second after it.
    private const int Requests = 60_000;
    private const int Seed = 1;

    public static TheoryData<string> Faults => [.. SimulatedScenario.All.Where(s => s.Fault is not null).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Users_see_fewer_failures_than_with_round_robin_and_attempts_are_few(string scenario)
    {
        var own = Run(scenario, SimulatedStrategyKind.Patchbay);
        var order = Run(scenario, SimulatedStrategyKind.OrderOnly);
        var robin = Run(scenario, SimulatedStrategyKind.RoundRobin);
        var failover = Run(scenario, SimulatedStrategyKind.RoundRobinWithFailover);

        Assert.True(robin.FailedShare > 0.01, robin.ToString());
        Assert.True(own.FailedShare < 0.0005, own.ToString());
        Assert.True(own.ExtraShare <= 0.2, own.ToString());
        Assert.True(own.ExtraShare < order.ExtraShare, own.ToString());
        Assert.True(own.FaultyShare < order.FaultyShare, own.ToString());
        Assert.True(own.CostRatio < failover.CostRatio + 0.05, own.ToString());
    }

    [Theory]
    [InlineData("one fails 30 %", 10, 150)]
    [InlineData("one stalls", 8, 120)]
    [InlineData("one rate-limits, Retry-After 2 s", 5, 20)]
    [InlineData("one rate-limits, says nothing", 5, 20)]
    [InlineData("one is down and recovers", 3, 80)]
    [InlineData("three are down and recover", 3, 80)]
    public void A_faulty_endpoint_is_ejected_soon_and_returns_soon(string scenario, int ejected, int returned)
    {
        var own = Run(scenario, SimulatedStrategyKind.Patchbay);
        var failover = Run(scenario, SimulatedStrategyKind.RoundRobinWithFailover);

        Assert.True(own.ExtraShare < failover.ExtraShare, own.ToString());
        Assert.True(own.EjectedAfterSeconds <= ejected, own.ToString());
        Assert.True(own.FaultyShare < 0.1, own.ToString());
        Assert.True(own.ReturnedAfterSeconds <= returned, own.ToString());
    }

    [Fact]
    public void Equal_seeds_give_equal_results()
    {
        var first = Run("one fails 30 %", SimulatedStrategyKind.Patchbay);

        Assert.Equal(first, Run("one fails 30 %", SimulatedStrategyKind.Patchbay));
        Assert.NotEqual(first, Run("one fails 30 %", SimulatedStrategyKind.Patchbay, Seed + 1));
    }

    [Fact]
    public void Without_faults_the_load_follows_the_inverse_square_of_the_price()
    {
        var endpoints = SimulatedScenario.All[0].CreateEndpoints();
        var mean = endpoints.Sum(e => 1.0 / e.Cents) / endpoints.Sum(e => 1.0 / e.Cents / e.Cents) / endpoints[0].Cents;

        var own = Run("nothing happens", SimulatedStrategyKind.Patchbay);

        Assert.InRange(own.CostRatio, mean - 0.02, mean + 0.04);
        Assert.Equal(0, own.FailedShare);
    }

    private static SimulationResult Run(string scenario, SimulatedStrategyKind strategy, int seed = Seed) =>
        RoutingSimulation.Run(SimulatedScenario.All.Single(s => s.Name == scenario), strategy, Requests, seed);
}
