namespace Patchbay.Load;

/// <summary>One exchange as the client saw it. Times are ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
/// <param name="Sent">When the request left.</param>
/// <param name="FirstByte">When the first byte of the body came.</param>
/// <param name="End">When the last byte came.</param>
/// <param name="Events">Events of a stream, <c>[DONE]</c> included; 0 for a plain answer.</param>
/// <param name="CostNanos">The cost that the answer told, in nano-USD; 0 where none was told.</param>
/// <param name="Fault">What was wrong; null when all was right.</param>
internal readonly record struct Sample(
    long Sent, long FirstByte, long End, int Events, long CostNanos, string? Fault);
