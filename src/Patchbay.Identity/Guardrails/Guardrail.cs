using System.Security.Cryptography;
using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>A budget and conditions of routing, set once and assigned to keys and members; or the one that a workspace has by
/// default, which holds for all its traffic.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="OrganizationId">The organization that owns it.</param>
/// <param name="WorkspaceId">The workspace that it belongs to; it goes with it.</param>
/// <param name="Name">Display name.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record Guardrail(Guid Id, Guid OrganizationId, Guid WorkspaceId, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Whether it holds for all traffic of its workspace.</summary>
    public bool IsDefault => Id == DefaultIdOf(WorkspaceId);

    /// <summary>What it is for, in the owner's words.</summary>
    public string? Description { get; init; }

    /// <summary>What each key or member that it concerns may spend per window; null for no limit.</summary>
    public Money? Limit { get; init; }

    /// <summary>The windows of the limit; <see cref="ResetInterval.Never"/> without a limit.</summary>
    public ResetInterval Reset { get; init; }

    /// <summary>Whether the list price of calls on own provider keys counts, too.</summary>
    public bool IncludesByok { get; init; }

    /// <summary>Which endpoints requests may go to.</summary>
    public GuardrailPolicy Policy { get; init; } = GuardrailPolicy.None;

    /// <summary>When it was last changed, UTC; null when it was not.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The default guardrail of a workspace as it is before anybody configured it: without a limit or condition.</summary>
    public static Guardrail DefaultOf(Workspace workspace, DateTimeOffset now) =>
        new(DefaultIdOf(workspace.Id), workspace.OrganizationId, workspace.Id, $"Workspace {workspace.Id} Default", now);

    /// <summary>The id of a workspace's default guardrail: made of the workspace's, so that it is known before the guardrail is.
    /// </summary>
    public static Guid DefaultIdOf(Guid workspaceId)
    {
        Span<byte> bytes = stackalloc byte[32];
        "patchbay:guard:0"u8.CopyTo(bytes);
        workspaceId.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        SHA256.HashData(bytes, bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }
}
