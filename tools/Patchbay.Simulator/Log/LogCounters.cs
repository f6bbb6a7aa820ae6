namespace Patchbay.Simulator.Log;

/// <summary>Totals since start or reset; exact, whatever the log keeps.</summary>
/// <param name="Requests">Requests received.</param>
/// <param name="InProgress">Requests still being answered.</param>
/// <param name="Completed">Answers written to their end.</param>
/// <param name="Cancelled">Answers that the client left.</param>
/// <param name="Faulted">Answers that were a fault or an error status.</param>
/// <param name="PromptTokens">Prompt tokens billed by ended answers.</param>
/// <param name="CompletionTokens">Completion tokens billed by ended answers.</param>
/// <param name="Frames">Events sent by ended answers.</param>
/// <param name="Bytes">Body bytes sent by ended answers.</param>
public readonly record struct LogCounters(
    long Requests,
    long InProgress,
    long Completed,
    long Cancelled,
    long Faulted,
    long PromptTokens,
    long CompletionTokens,
    long Frames,
    long Bytes);
