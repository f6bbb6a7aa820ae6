using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>DELETE /workspaces/{id}</c>: deletes an empty workspace with its budgets; what was used in it stays in the
/// statements.</summary>
internal sealed class DeleteWorkspace(
    IWorkspaceStore workspaces, HoldBook holds, CallerDirectory callers, DefaultTenant tenant, TimeProvider clock) : IOperation
{
    private static readonly ErrorResult IsDefault = new(new GatewayError(
        GatewayErrorKind.Forbidden, "The default workspace cannot be deleted."));

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (await workspaces.FindAsync(context, caller) is not { } workspace)
        {
            // An execution that was cut off may have deleted it.
            return IdempotentExecution.Of(context) is { IsRepeat: true } ? Deleted() : WorkspaceLookup.NotFound;
        }

        if (workspace.Id == tenant.Workspace.Id)
        {
            return IsDefault;
        }

        var change = await workspaces.DeleteAsync(workspace.Id, caller.OrganizationId, clock.GetUtcNow(), CancellationToken.None);
        callers.ForgetWorkspace(workspace.Id);
        if (change == WorkspaceChange.Done)
        {
            await holds.ReloadBudgetsAsync(WorkspaceLookup.ScopeOf(workspace), CancellationToken.None);
            callers.ForgetOrganization(caller.OrganizationId);
            await holds.ReloadGuardrailsAsync(caller.OrganizationId, CancellationToken.None);
        }

        return change switch
        {
            WorkspaceChange.Done => Deleted(),
            WorkspaceChange.NotFound => WorkspaceLookup.NotFound,
            WorkspaceChange.HasKeys => Refuse("API keys belong to this workspace. Delete them first."),
            _ => Refuse("Own provider keys belong to this workspace. Delete them first."),
        };
    }

    private static JsonHttpResult<DeletedResponse> Deleted() => TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse);

    private static ErrorResult Refuse(string message) => new(new GatewayError(GatewayErrorKind.InvalidRequest, message));
}
