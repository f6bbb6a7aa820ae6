using System.Globalization;
using System.Text;

namespace Patchbay.Benchmarks;

/// <summary>Holds every hot leaf against its budget, in seconds.</summary>
internal static class AllocationCheck
{
    private const int WarmUps = 3;
    private const int Batches = 5;
    private const int Operations = 200;

    // The runtime replaces its first, unoptimised code after 30 calls and this while.
    private static readonly TimeSpan TierUp = TimeSpan.FromMilliseconds(250);

    /// <summary>Measures all leaves.</summary>
    public static async Task<List<AllocationResult>> RunAsync(CancellationToken cancellationToken)
    {
        var leaves = new List<(string Name, Action Run)>();
        foreach (var name in HotLeaves.Names)
        {
            leaves.Add((name, HotLeaves.Create(name)));
        }

        for (var i = 0; i < WarmUps; i++)
        {
            foreach (var (_, run) in leaves)
            {
                Repeat(run);
            }

            await Task.Delay(TierUp, cancellationToken);
        }

        var budgets = AllocationBudgets.Read();
        var results = new List<AllocationResult>();
        foreach (var (name, run) in leaves)
        {
            results.Add(new AllocationResult(name, Measure(run), budgets.TryGetValue(name, out var budget) ? budget : null));
        }

        return results;
    }

    /// <summary>Bytes per operation, rounded up: the least of several batches, since the runtime's own work on this thread
    /// may add to one of them.</summary>
    public static long Measure(Action run)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Batches; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(run);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (least + Operations - 1) / Operations;
    }

    /// <summary>The results as text, one line each.</summary>
    public static string Table(IReadOnlyList<AllocationResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"operation",-40} {"bytes",8} {"budget",8}");
        foreach (var result in results)
        {
            var verdict = result switch
            {
                { Budget: null } => "NO BUDGET in allocations.json",
                { IsWithin: false } => "OVER BUDGET",
                _ when result.Bytes < result.Budget => "below: the budget can be lowered",
                _ => "",
            };
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture, $"{result.Name,-40} {result.Bytes,8} {result.Budget,8} {verdict}").TrimEnd());
        }

        return text.ToString();
    }

    private static void Repeat(Action run)
    {
        for (var i = 0; i < Operations; i++)
        {
            run();
        }
    }
}
