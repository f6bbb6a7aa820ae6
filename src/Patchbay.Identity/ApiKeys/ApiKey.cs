using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>An API key as stored: never the key itself, only its hash and a masked label. Immutable.</summary>
public sealed record ApiKey
{
    /// <summary>Stable id; budgets and usage refer to it.</summary>
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the whole key; also its public identifier in the management API.</summary>
    public required KeyHash Hash { get; init; }

    /// <summary>The name its owner gave it.</summary>
    public required string Name { get; init; }

    /// <summary>The masked key: <c>sk-pb-v1-abc...xyz</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The organization that pays.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The workspace it belongs to.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>The member whose budget its usage also counts against; null for keys of no person.</summary>
    public Guid? MemberId { get; init; }

    /// <summary>The user who made it.</summary>
    public Guid? CreatorUserId { get; init; }

    /// <summary>The most it may spend per <see cref="LimitReset"/> window; null for no own limit.</summary>
    public Money? Limit { get; init; }

    /// <summary>When spending starts again from zero.</summary>
    public ResetInterval LimitReset { get; init; }

    /// <summary>Whether usage paid by the caller's own provider key counts against <see cref="Limit"/>.</summary>
    public bool IncludeByokInLimit { get; init; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether its owner switched it off.</summary>
    public bool Disabled { get; init; }

    /// <summary>Whether it manages (keys, credits) instead of calling models.</summary>
    public bool IsManagement { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, UTC.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Whether it works at this moment.</summary>
    public bool IsUsableAt(DateTimeOffset now) => !Disabled && (ExpiresAt is not { } end || now < end);
}
