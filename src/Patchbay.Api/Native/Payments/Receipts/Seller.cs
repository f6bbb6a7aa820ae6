namespace Patchbay.Api;

/// <summary>Who sells, as it stands on receipts.</summary>
/// <param name="Lines">Name and address, a line each; may be empty.</param>
public sealed record Seller(IReadOnlyList<string> Lines);
