namespace Patchbay.Load;

/// <summary>What every answer to a request must hold. Learned from one answer of the simulator itself, whose text depends
/// on the prompt alone.</summary>
/// <param name="Text">The answer's text as it stands in JSON, all pieces joined.</param>
/// <param name="Events">The number of events, <c>[DONE]</c> included; 0 for a plain answer.</param>
/// <param name="Bytes">The size of the body, for the report.</param>
internal sealed record Expectation(byte[] Text, int Events, int Bytes);
