namespace Patchbay.Billing;

/// <summary>How a target is reached.</summary>
public enum AlertTargetKind
{
    /// <summary>A signed POST.</summary>
    Webhook = 0,

    /// <summary>An e-mail.</summary>
    Email = 1,
}

/// <summary>Who is told of alerts.</summary>
public sealed record AlertTarget
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose alerts.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Only those of this workspace; null for all of the organization.</summary>
    public Guid? WorkspaceId { get; init; }

    /// <summary>How it is reached.</summary>
    public required AlertTargetKind Kind { get; init; }

    /// <summary>The URL or the e-mail address.</summary>
    public required string Address { get; init; }

    /// <summary>What webhooks are signed with, encrypted; null for e-mail.</summary>
    public byte[]? Sealed { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
