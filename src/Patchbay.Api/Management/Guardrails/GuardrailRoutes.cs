using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /guardrails</c>: the guardrails of a workspace, the oldest first.</summary>
internal sealed class ListGuardrails(GuardrailDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var workspace = values.Id("workspace_id") ?? caller.WorkspaceId;
        var offset = values.Number("offset", 0, int.MaxValue, 0);
        var limit = values.Number("limit", 1, 100, 50);
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var organization = caller.OrganizationId;
        if (!await desk.HasWorkspaceAsync(organization, workspace, context.RequestAborted))
        {
            return ErrorResult.NotFound("workspace of this organization", "workspace_id");
        }

        var found = await desk.Store.ListAsync(organization, workspace, offset, limit, context.RequestAborted);
        var total = await desk.Store.CountAsync(organization, workspace, context.RequestAborted);
        return TypedResults.Json(
            new GuardrailsResponse([.. found.Select(GuardrailView.Of)], total), GuardrailJson.Default.GuardrailsResponse);
    }
}

/// <summary><c>GET /guardrails/{id}</c>: one of them.</summary>
internal sealed class ReadGuardrail(GuardrailDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller) =>
        await desk.FindAsync(context, caller) is { } guardrail
            ? TypedResults.Json(new GuardrailResponse(GuardrailView.Of(guardrail)), GuardrailJson.Default.GuardrailResponse)
            : await desk.ExplainAsync(context, caller);
}

/// <summary><c>POST /guardrails</c>: makes a guardrail, which concerns nobody before it is assigned.</summary>
internal sealed class CreateGuardrail(GuardrailDesk desk, CatalogHolder catalog, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var body = await JsonBody.ReadAsync(context.Request);
        var name = body.Text("name", GuardrailBody.LongestName);
        var workspace = body.Id("workspace_id");
        var guardrail = GuardrailBody.Read(
            body,
            new Guardrail(
                IdempotentExecution.NewId(context, now), caller.OrganizationId, workspace.Value ?? caller.WorkspaceId, name.Or(""), now),
            catalog.Current);
        if (!name.IsPresent)
        {
            body.Refuse("name", "is required.");
        }

        if (body.FindFault() is null
            && !await desk.HasWorkspaceAsync(caller.OrganizationId, guardrail.WorkspaceId, context.RequestAborted))
        {
            body.Refuse("workspace_id", "is no workspace of this organization.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        // An execution that was cut off may have made it.
        if (await desk.Store.FindAsync(caller.OrganizationId, guardrail.Id, context.RequestAborted) is { } made)
        {
            guardrail = made;
        }
        else if (!await desk.ChangeAsync(caller.OrganizationId, store => store.SaveAsync(guardrail, mayBeNew: true, CancellationToken.None)))
        {
            return ErrorResult.NotFound("workspace of this organization", "workspace_id");
        }

        return TypedResults.Json(
            new GuardrailResponse(GuardrailView.Of(guardrail)), GuardrailJson.Default.GuardrailResponse,
            statusCode: StatusCodes.Status201Created);
    }
}

/// <summary><c>PATCH /guardrails/{id}</c>: changes the members that the body has, and no other; makes the default guardrail of a
/// workspace when it is configured for the first time.</summary>
internal sealed class UpdateGuardrail(GuardrailDesk desk, CatalogHolder catalog, TimeProvider clock) : IOperation
{
    // Changes of different members do not undo each other.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var name = body.Text("name", GuardrailBody.LongestName);
        await Turn.WaitAsync(context.RequestAborted);
        try
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
            var known = await desk.FindAsync(context, caller);
            var isNew = known is null;
            if (isNew && await desk.FindWorkspaceOfDefaultAsync(context, caller) is { } workspace)
            {
                known = Guardrail.DefaultOf(workspace, now);
            }

            if (known is null)
            {
                return GuardrailDesk.NotFound;
            }

            var changed = GuardrailBody.Read(body, known, catalog.Current) with { Name = name.Or(known.Name) };
            if (known.IsDefault && changed.Name != known.Name)
            {
                body.Refuse("name", "of a workspace's default guardrail cannot be changed.");
            }

            if (body.FindFault() is { } fault)
            {
                return new ErrorResult(fault);
            }

            changed = changed == known || isNew ? changed : changed with { UpdatedAt = now };
            return await desk.ChangeAsync(
                caller.OrganizationId, store => store.SaveAsync(changed, isNew, CancellationToken.None))
                ? TypedResults.Json(new GuardrailResponse(GuardrailView.Of(changed)), GuardrailJson.Default.GuardrailResponse)
                : GuardrailDesk.NotFound;
        }
        finally
        {
            Turn.Release();
        }
    }
}

/// <summary><c>DELETE /guardrails/{id}</c>: deletes a guardrail with its assignments. A default one is then as it was before it
/// was configured.</summary>
internal sealed class DeleteGuardrail(GuardrailDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        // An execution that was cut off may have deleted it.
        var isRepeat = IdempotentExecution.Of(context) is { IsRepeat: true };
        if (await desk.FindAsync(context, caller) is not { } guardrail)
        {
            return isRepeat ? Deleted() : await desk.ExplainAsync(context, caller);
        }

        await desk.ChangeAsync(
            caller.OrganizationId, store => store.DeleteAsync(caller.OrganizationId, guardrail.Id, CancellationToken.None));
        return Deleted();
    }

    private static JsonHttpResult<DeletedResponse> Deleted() => TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse);
}
