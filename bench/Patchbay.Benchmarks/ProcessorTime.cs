using System.Globalization;
using System.Text;

namespace Patchbay.Benchmarks;

/// <summary>Processor time and allocations per operation: coarser than the benchmarks, but the same on a machine that does
/// other work.</summary>
internal static class ProcessorTime
{
    private const int Batches = 7;

    // Long against the ticks in which the system counts.
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(400);

    /// <summary>Measures the operations whose name has this text: the best of several batches.</summary>
    public static string Measure(string part)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"{"operation",-40} {"ns",9} {"bytes",8}");
        foreach (var name in HotLeaves.Names.Where(name => name.Contains(part, StringComparison.Ordinal)))
        {
            var run = HotLeaves.Create(name);
            var best = double.MaxValue;
            for (var i = 0; i < Batches; i++)
            {
                best = Math.Min(best, Nanoseconds(run));
            }

            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-40} {best,9:F0} {AllocationCheck.Measure(run),8}");
        }

        return table.ToString();
    }

    private static double Nanoseconds(Action run)
    {
        var operations = 0L;
        var before = Environment.CpuUsage.TotalTime;
        TimeSpan used;
        do
        {
            for (var i = 0; i < 2_000; i++)
            {
                run();
            }

            operations += 2_000;
            used = Environment.CpuUsage.TotalTime - before;
        }
        while (used < Batch);
        return used.TotalNanoseconds / operations;
    }
}
