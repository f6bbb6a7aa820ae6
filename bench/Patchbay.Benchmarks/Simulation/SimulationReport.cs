using System.Globalization;
using System.Text;

namespace Patchbay.Benchmarks;

/// <summary>Runs all scenarios and shows them as a Markdown table.</summary>
internal static class SimulationReport
{
    public const int DefaultRequests = 1_000_000;
    public const int DefaultSeed = 1;

    public static string Run(int requests, int seed)
    {
        var text = new StringBuilder();
        text.AppendLine("| scenario | strategy | failed for users | extra attempts | first tries at the faulty | ejected after | back after | cost / cheapest possible | lost before the answer p50 / p99 / p99.9 |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var scenario in SimulatedScenario.All)
        {
            foreach (var strategy in Enum.GetValues<SimulatedStrategyKind>())
            {
                Append(text, RoutingSimulation.Run(scenario, strategy, requests, seed));
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, SimulationResult result) => text.AppendLine(
        CultureInfo.InvariantCulture,
        $"| {result.Scenario} | {NameOf(result.Strategy)} | {result.FailedShare:P3} | {result.ExtraShare:P2} | {result.FaultyShare:P1} | {Seconds(result.EjectedAfterSeconds)} | {Seconds(result.ReturnedAfterSeconds)} | {result.CostRatio:F2} | {result.LostMs50:F0} / {result.LostMs99:F0} / {result.LostMs999:F0} ms |");

    private static string Seconds(int? seconds) =>
        seconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known} s") : "–";

    private static string NameOf(SimulatedStrategyKind strategy) => strategy switch
    {
        SimulatedStrategyKind.Patchbay => "**Patchbay**",
        SimulatedStrategyKind.OrderOnly => "order only",
        SimulatedStrategyKind.RoundRobinWithFailover => "round robin, failover",
        _ => "round robin",
    };
}
