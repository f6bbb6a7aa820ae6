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

    /// <summary>What it is for, in the owner's words.</summary>
    public string? Description { get; init; }

    /// <summary>The user who made it; null for the one of the beginning, and for those made with the master key.</summary>
    public Guid? CreatedBy { get; init; }

    /// <summary>When it was last changed, UTC; null when it was not.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}
