using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>What the operations on workspaces have in common.</summary>
internal static class WorkspaceLookup
{
    /// <summary>The answer for what is no workspace of the caller's organization, whether or not it is one of another.
    /// </summary>
    public static ErrorResult NotFound { get; } = ErrorResult.NotFound("workspace with this id or slug");

    /// <summary>The slug is another workspace's.</summary>
    public static ErrorResult SlugTaken { get; } = new(new GatewayError(
        GatewayErrorKind.InvalidRequest, "'slug' is the slug of another workspace of this organization.")
    {
        Parameter = "slug",
    });

    /// <summary>The id or slug in the route.</summary>
    public static string NameOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    /// <summary>The workspace that the route names by id or slug, if it is the caller's organization's.</summary>
    public static Task<Workspace?> FindAsync(this IWorkspaceStore workspaces, HttpContext context, Caller caller) =>
        workspaces.FindAsync(caller.OrganizationId, NameOf(context), context.RequestAborted);

    /// <summary>The budgets' scope of a workspace.</summary>
    public static BudgetScope ScopeOf(Workspace workspace) => new(BudgetLevel.Workspace, workspace.Id);

    /// <summary>The workspace as the API shows it.</summary>
    public static async Task<WorkspaceView> ShowAsync(
        this IBudgetPlans plans, Workspace workspace, CancellationToken cancellationToken) =>
        WorkspaceView.Of(workspace, await plans.IncludesByokAsync(ScopeOf(workspace), cancellationToken));
}
