using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>PATCH /workspaces/{id}</c>: changes the members that the body has, and no other. The change counts from the next
/// request on; at other servers of the database within seconds.</summary>
internal sealed class UpdateWorkspace(
    IWorkspaceStore workspaces, IBudgetPlans plans, CallerDirectory callers, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var members = WorkspaceBody.Read(body);
        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (change, changed) = await StoreAsync(context, caller, workspace =>
        {
            var wanted = workspace with
            {
                Name = members.Name.Or(workspace.Name),
                Slug = members.Slug.Or(workspace.Slug),
                Description = members.Description.Or(workspace.Description),
                LoggingDiscount = members.LoggingDiscount.Or(workspace.LoggingDiscount),
            };
            return wanted == workspace ? workspace : wanted with { UpdatedAt = now };
        });
        return changed is null
            ? change == WorkspaceChange.SlugTaken ? WorkspaceLookup.SlugTaken : WorkspaceLookup.NotFound
            : TypedResults.Json(
                new WorkspaceResponse(await plans.ShowAsync(changed, context.RequestAborted)), WorkspaceJson.Default.WorkspaceResponse);
    }

    private async Task<(WorkspaceChange Change, Workspace? Workspace)> StoreAsync(
        HttpContext context, Caller caller, Func<Workspace, Workspace> change)
    {
        Guid? id = null;
        try
        {
            return await workspaces.UpdateAsync(caller.OrganizationId, WorkspaceLookup.NameOf(context), Noting, CancellationToken.None);
        }
        finally
        {
            // Also when the database did not say whether it kept the change.
            if (id is { } touched)
            {
                callers.ForgetWorkspace(touched);
            }
        }

        Workspace Noting(Workspace workspace)
        {
            id = workspace.Id;
            return change(workspace);
        }
    }
}
