namespace Patchbay.Identity;

/// <summary>Who pays: the owner of workspaces, keys and credits.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Slug">Unique short name, lower case.</param>
/// <param name="Name">Display name.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record Organization(Guid Id, string Slug, string Name, DateTimeOffset CreatedAt);
