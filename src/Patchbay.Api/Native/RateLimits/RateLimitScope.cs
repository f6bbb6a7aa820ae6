using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>Finds whose limits a route names: its own organization, a workspace or a key of it, or, for the operator, all of a
/// level.</summary>
internal sealed class RateLimitScope(IApiKeyStore keys, IOrganizationStore organizations, DefaultTenant tenant)
{
    private static readonly GatewayError WrongLevel = new(
        GatewayErrorKind.InvalidRequest, "'level' must be 'organization', 'workspace' or 'key'.")
    {
        Parameter = "level",
    };

    private static readonly GatewayError OperatorOnly = new(
        GatewayErrorKind.Forbidden, "Only the operator's organization sets limits for all.");

    /// <summary>The scope that the route names, or why there is none.</summary>
    public async Task<(BudgetScope Scope, string Id, IResult? Refusal)> ResolveAsync(HttpContext context, Caller caller)
    {
        var id = context.GetRouteValue("id") as string ?? "";
        BudgetLevel level;
        switch (context.GetRouteValue("level") as string)
        {
            case "organization":
                level = BudgetLevel.Organization;
                break;
            case "workspace":
                level = BudgetLevel.Workspace;
                break;
            case "key":
                level = BudgetLevel.Key;
                break;
            default:
                return (default, id, new ErrorResult(WrongLevel));
        }

        if (id == ScopeLimitView.Default)
        {
            return caller.OrganizationId == tenant.Organization.Id
                ? (new BudgetScope(level, RateLimit.Everyone), id, null)
                : (default, id, new ErrorResult(OperatorOnly));
        }

        var found = level switch
        {
            BudgetLevel.Organization => Guid.TryParseExact(id, "D", out var own) && own == caller.OrganizationId ? own : (Guid?)null,
            BudgetLevel.Workspace => await FindWorkspaceAsync(id, caller, context.RequestAborted),
            _ => (await keys.FindAsync(id, caller.OrganizationId, context.RequestAborted))?.Id,
        };
        return found is { } scope
            ? (new BudgetScope(level, scope), id, null)
            : (default, id, ErrorResult.NotFound($"{level.ToString().ToLowerInvariant()} with this id"));
    }

    /// <summary>How the API names a scope of this caller; null when it is not the caller's to see.</summary>
    public async Task<string?> NameAsync(BudgetScope scope, Caller caller, IReadOnlyDictionary<Guid, string> keyHashes, CancellationToken cancellationToken)
    {
        if (scope.Id == RateLimit.Everyone)
        {
            return caller.OrganizationId == tenant.Organization.Id ? ScopeLimitView.Default : null;
        }

        return scope.Level switch
        {
            BudgetLevel.Organization => scope.Id == caller.OrganizationId ? scope.Id.ToString("D") : null,
            BudgetLevel.Workspace => await FindWorkspaceAsync(scope.Id.ToString("D"), caller, cancellationToken) is null ? null : scope.Id.ToString("D"),
            _ => keyHashes.GetValueOrDefault(scope.Id),
        };
    }

    private async Task<Guid?> FindWorkspaceAsync(string id, Caller caller, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var parsed)
        && await organizations.FindWorkspaceAsync(parsed, cancellationToken) is { } workspace
        && workspace.OrganizationId == caller.OrganizationId
            ? workspace.Id
            : null;
}
