namespace Patchbay.Storage.Journal;

/// <summary>What the writer needs to know of the journal.</summary>
/// <param name="Pending">What waits for the database.</param>
/// <param name="Refused">Where to keep what the database refuses.</param>
internal sealed record JournaledSettlements(PendingSettlements Pending, RefusedSettlements Refused);
