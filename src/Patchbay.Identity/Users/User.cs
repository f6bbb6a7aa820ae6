namespace Patchbay.Identity;

/// <summary>A person.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Email">Unique address in lower case, or null for the local operator.</param>
/// <param name="Name">Display name.</param>
/// <param name="CreatedAt">When the account was made, UTC.</param>
public sealed record User(Guid Id, string? Email, string Name, DateTimeOffset CreatedAt);
