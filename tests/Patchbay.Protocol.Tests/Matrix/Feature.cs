namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>What chat carries: the columns of the matrix.</summary>
public enum Feature
{
    Text,
    Stream,
    Tools,
    ParallelTools,
    StreamedArguments,
    StructuredOutput,
    ReasoningRoundTrip,
    Image,
    Pdf,
    CacheUsage,
    StopReasons,
    Refusal,
    ErrorClasses,
    Usage,
}
