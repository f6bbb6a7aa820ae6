using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Who sends a request: a key, or the holder of the master key. Immutable; shared by concurrent requests.</summary>
public sealed class Caller
{
    internal Caller(ApiKey? key, Guid organizationId, Guid workspaceId, BudgetPath budgets)
    {
        Key = key;
        OrganizationId = organizationId;
        WorkspaceId = workspaceId;
        Budgets = budgets;
    }

    /// <summary>The key; null for the master key.</summary>
    public ApiKey? Key { get; }

    /// <summary>Whether the master key was presented.</summary>
    public bool IsMaster => Key is null;

    /// <summary>Whether it may manage keys and credits.</summary>
    public bool CanManage => Key is null || Key.IsManagement;

    /// <summary>Whether it may call models.</summary>
    public bool CanInfer => Key is null || !Key.IsManagement;

    /// <summary>The organization that pays.</summary>
    public Guid OrganizationId { get; }

    /// <summary>The workspace it acts in.</summary>
    public Guid WorkspaceId { get; }

    /// <summary>Whether its workspace lets its prompts be used in return for a discount.</summary>
    public bool GetsLoggingDiscount { get; init; }

    /// <summary>What the guardrails that concern it demand of endpoints: its workspace's, its member's and its own.</summary>
    internal IReadOnlyList<RoutePreferences> Guardrails { get; init; } = [];

    /// <summary>The caller's own provider keys, as they were looked up last.</summary>
    internal ByokView? Byok { get; set; }

    /// <summary>The budgets that its requests count against.</summary>
    public BudgetPath Budgets { get; }
}

/// <summary>The answer to a presented credential: a caller, or why there is none.</summary>
/// <param name="Caller">The caller, when the credential is good.</param>
/// <param name="Error">Why not: <see cref="GatewayErrorKind.Unauthenticated"/>, or
/// <see cref="GatewayErrorKind.AuthUnavailable"/> when the database could not be asked.</param>
public readonly record struct AuthenticationResult(Caller? Caller, GatewayError? Error);
