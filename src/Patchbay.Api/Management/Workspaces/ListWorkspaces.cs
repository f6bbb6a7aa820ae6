using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /workspaces</c>: the workspaces of the organization, the oldest first.</summary>
internal sealed class ListWorkspaces(IWorkspaceStore workspaces, IBudgetPlans plans) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var (offset, limit) = values.Page(100, 50);
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var found = await workspaces.ListAsync(caller.OrganizationId, offset, limit, context.RequestAborted);
        var views = new List<WorkspaceView>(found.Count);
        foreach (var workspace in found)
        {
            views.Add(await plans.ShowAsync(workspace, context.RequestAborted));
        }

        var total = await workspaces.CountAsync(caller.OrganizationId, context.RequestAborted);
        return TypedResults.Json(new WorkspacesResponse(views, total), WorkspaceJson.Default.WorkspacesResponse);
    }
}

/// <summary><c>GET /workspaces/{id}</c>: one of them, by id or slug.</summary>
internal sealed class ReadWorkspace(IWorkspaceStore workspaces, IBudgetPlans plans) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller) =>
        await workspaces.FindAsync(context, caller) is { } workspace
            ? TypedResults.Json(
                new WorkspaceResponse(await plans.ShowAsync(workspace, context.RequestAborted)), WorkspaceJson.Default.WorkspaceResponse)
            : WorkspaceLookup.NotFound;
}
