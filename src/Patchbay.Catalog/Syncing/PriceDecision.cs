namespace Patchbay.Catalog;

/// <summary>What somebody said of a price change that waited.</summary>
/// <param name="Change">The change.</param>
/// <param name="Accepted">True when it took effect; false when the old price stays, as long as lists say the same.</param>
/// <param name="By">Who: the label of a management key, <c>master key</c>, or <c>command line</c>.</param>
/// <param name="At">When.</param>
public sealed record PriceDecision(CatalogChange Change, bool Accepted, string By, DateTimeOffset At);
