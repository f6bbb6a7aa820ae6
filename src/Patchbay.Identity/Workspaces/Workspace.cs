namespace Patchbay.Identity;

/// <summary>A team's room inside an organization; every API key belongs to one.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="OrganizationId">The organization that owns it.</param>
/// <param name="Slug">Short name, unique in the organization.</param>
/// <param name="Name">Display name.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record Workspace(Guid Id, Guid OrganizationId, string Slug, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Whether prompts and answers may be used in return for a discount.</summary>
    public bool LoggingDiscount { get; init; }
}
