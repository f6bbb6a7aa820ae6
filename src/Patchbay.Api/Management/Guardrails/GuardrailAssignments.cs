using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /guardrails/assignments/{keys,members}</c> and the same of one guardrail: whom guardrails are assigned to,
/// the oldest assignment first.</summary>
internal abstract class ListAssignments(GuardrailDesk desk, GuardrailSubject subject) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var offset = values.Number("offset", 0, int.MaxValue, 0);
        var limit = values.Number("limit", 1, 100, 50);
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        Guid? one = null;
        if (context.GetRouteValue("id") is not null)
        {
            if (await desk.FindAsync(context, caller) is not { } guardrail)
            {
                return await desk.ExplainAsync(context, caller);
            }

            one = guardrail.Id;
        }

        var organization = caller.OrganizationId;
        var found = await desk.Store.ListAssignmentsAsync(organization, subject, one, offset, limit, context.RequestAborted);
        return Show(caller, found, await desk.Store.CountAssignmentsAsync(organization, subject, one, context.RequestAborted));
    }

    protected abstract IResult Show(Caller caller, IReadOnlyList<GuardrailAssignment> found, int total);
}

/// <summary>The keys.</summary>
internal sealed class ListKeyAssignments(GuardrailDesk desk) : ListAssignments(desk, GuardrailSubject.Key)
{
    protected override IResult Show(Caller caller, IReadOnlyList<GuardrailAssignment> found, int total) => TypedResults.Json(
        new KeyAssignmentsResponse(
            [.. found.Where(static item => item.Key is not null).Select(static item => new KeyAssignmentView(
                item.Id, item.GuardrailId, item.Key!.Hash, item.Key.Name, item.Key.Label, item.AssignedBy,
                item.CreatedAt.UtcDateTime))],
            total),
        GuardrailJson.Default.KeyAssignmentsResponse);
}

/// <summary>The members.</summary>
internal sealed class ListMemberAssignments(GuardrailDesk desk) : ListAssignments(desk, GuardrailSubject.Member)
{
    protected override IResult Show(Caller caller, IReadOnlyList<GuardrailAssignment> found, int total) => TypedResults.Json(
        new MemberAssignmentsResponse(
            [.. found.Where(static item => item.UserId is not null).Select(item => new MemberAssignmentView(
                item.Id, item.GuardrailId, caller.OrganizationId, item.UserId!.Value, item.AssignedBy, item.CreatedAt.UtcDateTime))],
            total),
        GuardrailJson.Default.MemberAssignmentsResponse);
}

/// <summary>Gives a guardrail to keys or members, or takes it away.</summary>
internal abstract class ChangeAssignments(GuardrailDesk desk, GuardrailSubject subject, bool assigns, TimeProvider clock) : IOperation
{
    private const int MostSubjects = 500;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var member = subject == GuardrailSubject.Key ? "key_hashes" : "member_user_ids";
        var named = body.Texts(member, MostSubjects, 64);
        if (!named.IsPresent)
        {
            body.Refuse(member, "is required.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        if (await desk.FindAsync(context, caller) is not { } guardrail)
        {
            return await desk.ExplainAsync(context, caller);
        }

        var ids = new List<Guid>();
        for (var i = 0; i < named.Value.Count; i++)
        {
            if (await FindAsync(named.Value[i], caller, context.RequestAborted) is { } id)
            {
                ids.Add(id);
            }
            else if (assigns)
            {
                return Unknown($"{member}[{i}]");
            }
        }

        ids = [.. ids.Distinct()];
        if (!assigns)
        {
            var taken = await desk.ChangeAsync(
                caller.OrganizationId, store => store.UnassignAsync(guardrail, subject, ids, CancellationToken.None));
            return TypedResults.Json(new UnassignedResponse(taken), GuardrailJson.Default.UnassignedResponse);
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var done = await desk.ChangeAsync(
            caller.OrganizationId,
            store => store.AssignAsync(guardrail, subject, ids, caller.Key?.CreatorUserId, now, CancellationToken.None));
        return done
            ? TypedResults.Json(new AssignedResponse(ids.Count), GuardrailJson.Default.AssignedResponse)
            : new ErrorResult(new GatewayError(
                GatewayErrorKind.Conflict, "The guardrail, or one of those that it was to be assigned to, was deleted meanwhile."));
    }

    /// <summary>The id of a key or member of the caller's organization.</summary>
    protected abstract ValueTask<Guid?> FindAsync(string name, Caller caller, CancellationToken cancellationToken);

    private ErrorResult Unknown(string place) => ErrorResult.NotFound(
        subject == GuardrailSubject.Key ? "API key of this organization" : "member of this organization", place);
}

/// <summary>Keys, by hash.</summary>
internal abstract class ChangeKeyAssignments(GuardrailDesk desk, IApiKeyStore keys, bool assigns, TimeProvider clock)
    : ChangeAssignments(desk, GuardrailSubject.Key, assigns, clock)
{
    protected override async ValueTask<Guid?> FindAsync(string name, Caller caller, CancellationToken cancellationToken) =>
        (await keys.FindAsync(name, caller.OrganizationId, cancellationToken))?.Id;
}

/// <summary>Members, by user.</summary>
internal abstract class ChangeMemberAssignments(GuardrailDesk desk, IWorkspaceStore workspaces, bool assigns, TimeProvider clock)
    : ChangeAssignments(desk, GuardrailSubject.Member, assigns, clock)
{
    private IReadOnlyList<Member>? _members;

    protected override async ValueTask<Guid?> FindAsync(string name, Caller caller, CancellationToken cancellationToken)
    {
        _members ??= await workspaces.ListMembersAsync(caller.OrganizationId, cancellationToken);
        return Guid.TryParseExact(name, "D", out var user) ? _members.FirstOrDefault(member => member.UserId == user)?.Id : null;
    }
}

/// <summary><c>POST /guardrails/{id}/assignments/keys</c>: assigns it to keys, in place of those that they had.</summary>
internal sealed class AssignKeys(GuardrailDesk desk, IApiKeyStore keys, TimeProvider clock)
    : ChangeKeyAssignments(desk, keys, assigns: true, clock);

/// <summary><c>POST /guardrails/{id}/assignments/keys/remove</c>: takes it away from keys.</summary>
internal sealed class UnassignKeys(GuardrailDesk desk, IApiKeyStore keys, TimeProvider clock)
    : ChangeKeyAssignments(desk, keys, assigns: false, clock);

/// <summary><c>POST /guardrails/{id}/assignments/members</c>: assigns it to members, in place of those that they had.</summary>
internal sealed class AssignMembers(GuardrailDesk desk, IWorkspaceStore workspaces, TimeProvider clock)
    : ChangeMemberAssignments(desk, workspaces, assigns: true, clock);

/// <summary><c>POST /guardrails/{id}/assignments/members/remove</c>: takes it away from members.</summary>
internal sealed class UnassignMembers(GuardrailDesk desk, IWorkspaceStore workspaces, TimeProvider clock)
    : ChangeMemberAssignments(desk, workspaces, assigns: false, clock);
