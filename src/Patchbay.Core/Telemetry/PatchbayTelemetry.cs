using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patchbay.Core;

/// <summary>The one meter and the one activity source of the process. Instruments are created where they are used, under
/// the names of docs/operating/metrics.md.</summary>
public static class PatchbayTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Patchbay";

    /// <summary>Instruments of all projects hang on this meter.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>Spans: one per request, one per attempt below it. Without a listener a span costs nothing.</summary>
    public static ActivitySource Activities { get; } = new(Name);
}
