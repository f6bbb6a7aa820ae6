using Microsoft.AspNetCore.Http;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>POST /workspaces</c>: makes a workspace.</summary>
internal sealed class CreateWorkspace(IWorkspaceStore workspaces, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var body = await JsonBody.ReadAsync(context.Request);
        var members = WorkspaceBody.Read(body);
        foreach (var (name, isPresent) in (ReadOnlySpan<(string, bool)>)[("name", members.Name.IsPresent), ("slug", members.Slug.IsPresent)])
        {
            if (!isPresent)
            {
                body.Refuse(name, "is required.");
            }
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var workspace = new Workspace(
            IdempotentExecution.NewId(context, now), caller.OrganizationId, members.Slug.Value, members.Name.Value, now)
        {
            Description = members.Description.Or(null),
            CreatedBy = caller.Key?.CreatorUserId,
            LoggingDiscount = members.LoggingDiscount.Or(false),
        };
        return await workspaces.CreateAsync(workspace, CancellationToken.None) == WorkspaceChange.SlugTaken
            ? WorkspaceLookup.SlugTaken
            : TypedResults.Json(
                new WorkspaceResponse(WorkspaceView.Of(workspace, includesByok: false)), WorkspaceJson.Default.WorkspaceResponse,
                statusCode: StatusCodes.Status201Created);
    }
}
