namespace Patchbay.Identity;

/// <summary>What a member may do in the organization.</summary>
public enum MemberRole
{
    /// <summary>Uses keys and sees own usage.</summary>
    Member = 0,

    /// <summary>Manages keys, workspaces and members.</summary>
    Admin = 1,

    /// <summary>Like an admin; also closes the organization. There is always at least one.</summary>
    Owner = 2,
}

/// <summary>A user's place in an organization; budgets of people hang on it.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="OrganizationId">The organization.</param>
/// <param name="UserId">The user.</param>
/// <param name="Role">What the user may do there.</param>
/// <param name="CreatedAt">When the user joined, UTC.</param>
public sealed record Member(Guid Id, Guid OrganizationId, Guid UserId, MemberRole Role, DateTimeOffset CreatedAt);
