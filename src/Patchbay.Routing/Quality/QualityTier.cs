namespace Patchbay.Routing;

/// <summary>Where an endpoint stands when quality decides the order; lower is tried earlier.</summary>
public enum QualityTier : byte
{
    /// <summary>Measured, and no worse than the others.</summary>
    Good = 0,

    /// <summary>Too little is known of it, or of the others that it would be compared with.</summary>
    InsufficientData = 1,

    /// <summary>Measured, and worse than the others.</summary>
    Deprioritised = 2,
}

/// <summary>Why an endpoint is tried after the others.</summary>
[Flags]
public enum QualityReasons : byte
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>More of its answers have a wrong tool call than those of the others.</summary>
    ToolCalls = 1,

    /// <summary>More of its answers are empty, end in an error, or break the schema that was asked for.</summary>
    Answers = 2,

    /// <summary>It writes more slowly than the others.</summary>
    Throughput = 4,

    /// <summary>It scores below the cut-off of a benchmark, such as the canaries.</summary>
    Benchmark = 8,
}
