using System.Diagnostics;

namespace Patchbay.Load;

/// <summary>What one measurement of one target found.</summary>
internal sealed record Measurement
{
    public required long Requests { get; init; }

    public required long Events { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Processor time of the gateway, in seconds.</summary>
    public required double GatewayCpu { get; init; }

    /// <summary>Processor time of generator and simulator, in seconds.</summary>
    public required double LoadCpu { get; init; }

    /// <summary>Time of whole exchanges, ascending, in ticks.</summary>
    public required long[] Whole { get; init; }

    /// <summary>Time to the first byte of the body, ascending, in ticks.</summary>
    public required long[] FirstByte { get; init; }

    public required long Faults { get; init; }

    public required string? FirstFault { get; init; }

    /// <summary>Resident memory of the gateway before the load, in bytes.</summary>
    public required long MemoryBefore { get; init; }

    /// <summary>The median of resident memory while all connections were busy, in bytes.</summary>
    public required long MemoryDuring { get; init; }

    /// <summary>The most resident memory the gateway ever had, in bytes.</summary>
    public required long MemoryPeak { get; init; }

    public double PerSecond => Requests / Seconds;

    public double CpuPerRequest => GatewayCpu * 1e6 / Math.Max(1, Requests);

    public double CpuPerEvent => GatewayCpu * 1e6 / Math.Max(1, Events);

    /// <summary>The point of an ascending list below which this share lies, in microseconds.</summary>
    public static double Micros(long[] ascending, double share) => ascending.Length == 0
        ? 0
        : ascending[Math.Min(ascending.Length - 1, (int)(ascending.Length * share))] * 1e6 / Stopwatch.Frequency;
}
