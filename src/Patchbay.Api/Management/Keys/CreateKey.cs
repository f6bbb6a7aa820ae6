using System.Text;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>POST /keys</c>: makes a key. Its text is in this answer and nowhere else.</summary>
internal sealed class CreateKey(
    IApiKeyStore keys, IOrganizationStore organizations, DefaultTenant tenant, TimeProvider clock) : IOperation
{
    /// <summary>The longest name of a key, in characters.</summary>
    public const int LongestName = 200;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var body = await JsonBody.ReadAsync(context.Request);
        var text = ApiKeyFormat.Create();
        var name = body.Text("name", LongestName);
        var workspace = body.Id("workspace_id");
        var creator = body.Id("creator_user_id");
        var key = new ApiKey
        {
            Id = IdempotentExecution.NewId(context, now),
            Hash = KeyHash.Of(Encoding.UTF8.GetBytes(text)),
            Name = name.Or(string.Empty),
            Label = ApiKeyFormat.LabelOf(text),
            OrganizationId = caller.OrganizationId,
            WorkspaceId = workspace.Value ?? caller.WorkspaceId,
            CreatorUserId = creator.Or(caller.Key?.CreatorUserId),
            MemberId = MemberOf(creator.Or(caller.Key?.CreatorUserId), caller),
            Limit = body.Dollars("limit").Or(null),
            LimitReset = body.Interval("limit_reset").Or(ResetInterval.Never),
            IncludeByokInLimit = body.Flag("include_byok_in_limit").Or(false),
            ExpiresAt = body.TimeAfter("expires_at", now).Or(null),
            IsManagement = body.Flag("is_management_key").Or(false),
            CreatedAt = now,
        };
        if (!name.IsPresent)
        {
            body.Refuse("name", "is required.");
        }

        if (creator.Value is { } user && !IsUser(user, caller))
        {
            body.Refuse("creator_user_id", "is no user of this organization.");
        }

        if (body.FindFault() is null && workspace.Value is { } id
            && (await organizations.FindWorkspaceAsync(id, context.RequestAborted))?.OrganizationId != caller.OrganizationId)
        {
            body.Refuse("workspace_id", "is no workspace of this organization.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        // It may have been deleted since it was looked up.
        if (!await keys.CreateAsync(key, CancellationToken.None))
        {
            body.Refuse("workspace_id", "is no workspace of this organization.");
            return new ErrorResult(body.FindFault()!);
        }

        return TypedResults.Json(
            new CreatedKeyResponse(KeyView.Of(key, default), text),
            KeyJson.Default.CreatedKeyResponse,
            statusCode: StatusCodes.Status201Created);
    }

    // A key's spending counts for the member whose key it is.
    private Guid? MemberOf(Guid? user, Caller caller) =>
        user is null ? null
        : caller.OrganizationId == tenant.Organization.Id && user == tenant.Owner.UserId ? tenant.Owner.Id
        : user == caller.Key?.CreatorUserId ? caller.Key?.MemberId
        : null;

    private bool IsUser(Guid id, Caller caller) =>
        id == caller.Key?.CreatorUserId
        || (caller.OrganizationId == tenant.Organization.Id && id == tenant.Owner.UserId);
}
