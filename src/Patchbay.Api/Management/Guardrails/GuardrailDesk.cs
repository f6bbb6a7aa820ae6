using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>What the operations on guardrails have in common.</summary>
internal sealed class GuardrailDesk(
    IGuardrailStore guardrails, IWorkspaceStore workspaces, HoldBook holds, CallerDirectory callers)
{
    /// <summary>The answer for what is no guardrail of the caller's organization, whether or not it is one of another.</summary>
    public static ErrorResult NotFound { get; } = ErrorResult.NotFound("guardrail with this id");

    /// <summary>The route names a default guardrail that nobody has configured.</summary>
    public static ErrorResult NotConfigured { get; } = ErrorResult.NotFound("default guardrail yet: this workspace's was not configured");

    /// <summary>Where guardrails are kept.</summary>
    public IGuardrailStore Store => guardrails;

    /// <summary>The guardrail that the route names, if it is the caller's organization's.</summary>
    public Task<Guardrail?> FindAsync(HttpContext context, Caller caller) =>
        TryReadId(context, out var id)
            ? guardrails.FindAsync(caller.OrganizationId, id, context.RequestAborted)
            : Task.FromResult<Guardrail?>(null);

    /// <summary>The workspace whose default guardrail the route names; null when it names none.</summary>
    public async Task<Workspace?> FindWorkspaceOfDefaultAsync(HttpContext context, Caller caller)
    {
        if (TryReadId(context, out var id))
        {
            foreach (var workspace in await workspaces.ListAsync(caller.OrganizationId, 0, int.MaxValue, context.RequestAborted))
            {
                if (Guardrail.DefaultIdOf(workspace.Id) == id)
                {
                    return workspace;
                }
            }
        }

        return null;
    }

    /// <summary>Why the route's guardrail was not found.</summary>
    public async Task<ErrorResult> ExplainAsync(HttpContext context, Caller caller) =>
        await FindWorkspaceOfDefaultAsync(context, caller) is null ? NotFound : NotConfigured;

    /// <summary>Whether the organization has this workspace.</summary>
    public async Task<bool> HasWorkspaceAsync(Guid organizationId, Guid id, CancellationToken cancellationToken) =>
        await workspaces.FindAsync(organizationId, id.ToString("D"), cancellationToken) is { } found && found.Id == id;

    /// <summary>Changes guardrails or assignments, and makes that count from the next request on at this server; also when the
    /// database did not say whether it kept the change.</summary>
    public async Task<T> ChangeAsync<T>(Guid organizationId, Func<IGuardrailStore, Task<T>> change)
    {
        try
        {
            return await change(guardrails);
        }
        finally
        {
            await ReloadAsync(organizationId);
        }
    }

    private async Task ReloadAsync(Guid organizationId)
    {
        try
        {
            await holds.ReloadGuardrailsAsync(organizationId, CancellationToken.None);
        }
        finally
        {
            callers.ForgetOrganization(organizationId);
        }
    }

    private static bool TryReadId(HttpContext context, out Guid id) =>
        Guid.TryParseExact(context.GetRouteValue("id") as string, "D", out id);
}
