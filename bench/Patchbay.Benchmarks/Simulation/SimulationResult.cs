namespace Patchbay.Benchmarks;

/// <summary>What came out of one run, for the requests from the beginning of the fault until a minute after it.</summary>
internal sealed record SimulationResult
{
    public required string Scenario { get; init; }

    public required SimulatedStrategyKind Strategy { get; init; }

    public required long Requests { get; init; }

    /// <summary>Requests whose caller got an error, of all; from 0 to 1.</summary>
    public required double FailedShare { get; init; }

    /// <summary>Attempts beyond the first, per request.</summary>
    public required double ExtraShare { get; init; }

    /// <summary>First attempts that went to a faulty endpoint while it was faulty, of all; null without a fault.</summary>
    public required double? FaultyShare { get; init; }

    /// <summary>From the beginning of the fault until a second in which the faulty had a fifth of its usual share or less;
    /// null for never.</summary>
    public required int? EjectedAfterSeconds { get; init; }

    /// <summary>From the end of the fault until five seconds in which it had nine tenths of its usual share again; null for
    /// never.</summary>
    public required int? ReturnedAfterSeconds { get; init; }

    /// <summary>What answers cost, relative to the cheapest endpoint that would have answered each request.</summary>
    public required double CostRatio { get; init; }

    /// <summary>Milliseconds that failed attempts took before the one that answered began: the median.</summary>
    public required double LostMs50 { get; init; }

    public required double LostMs99 { get; init; }

    public required double LostMs999 { get; init; }
}
