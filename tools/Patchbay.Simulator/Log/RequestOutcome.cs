namespace Patchbay.Simulator.Log;

/// <summary>How an answer ended.</summary>
public enum RequestOutcome
{
    /// <summary>Still being answered.</summary>
    InProgress,

    /// <summary>The answer was written to its end.</summary>
    Completed,

    /// <summary>The client left before the end.</summary>
    CancelledByClient,

    /// <summary>A scripted fault or error status was the answer.</summary>
    Faulted,
}
