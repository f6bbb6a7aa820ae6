using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>PATCH /workspaces/{id}</c>: changes the members that the body has, and no other. The change counts from the next
/// request on; at other servers of the database within seconds.</summary>
internal sealed class UpdateWorkspace(
    IWorkspaceStore workspaces, IBudgetPlans plans, CallerDirectory callers, TimeProvider clock) : IOperation
{
    // One change at a time: changes of different members do not undo each other.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var members = WorkspaceBody.Read(body);
        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await Turn.WaitAsync(context.RequestAborted);
        try
        {
            if (await workspaces.FindAsync(context, caller) is not { } workspace)
            {
                return WorkspaceLookup.NotFound;
            }

            var changed = workspace with
            {
                Name = members.Name.Or(workspace.Name),
                Slug = members.Slug.Or(workspace.Slug),
                Description = members.Description.Or(workspace.Description),
                LoggingDiscount = members.LoggingDiscount.Or(workspace.LoggingDiscount),
            };
            if (changed != workspace)
            {
                changed = changed with
                {
                    UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
                };
                if (Refuse(await StoreAsync(changed)) is { } refusal)
                {
                    return refusal;
                }
            }

            return TypedResults.Json(
                new WorkspaceResponse(await plans.ShowAsync(changed, context.RequestAborted)), WorkspaceJson.Default.WorkspaceResponse);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static ErrorResult? Refuse(WorkspaceChange change) => change switch
    {
        WorkspaceChange.SlugTaken => WorkspaceLookup.SlugTaken,
        WorkspaceChange.NotFound => WorkspaceLookup.NotFound,
        _ => null,
    };

    private async Task<WorkspaceChange> StoreAsync(Workspace workspace)
    {
        try
        {
            return await workspaces.UpdateAsync(workspace, CancellationToken.None);
        }
        finally
        {
            // Also when the database did not say whether it kept the change.
            callers.ForgetWorkspace(workspace.Id);
        }
    }
}
