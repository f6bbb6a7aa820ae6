using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /activity</c>: what the organization used on each of the last 30 whole UTC days, by model and endpoint, as
/// JSON or, where the caller accepts <c>text/csv</c>, as CSV.</summary>
internal sealed class ReadActivity(
    IUsageStore usage,
    IApiKeyStore keys,
    IOrganizationStore organizations,
    StatementOptions options,
    TimeProvider clock,
    CatalogHolder? catalogue = null) : IOperation
{
    private const int Days = 30;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var query = new QueryValues(context.Request);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var day = query.Day("date", today.AddDays(-Days), today.AddDays(-1));
        var hash = query.Hash("api_key_hash");
        var user = query.Id("user_id");
        var byWorkspace = query.Word("group_by", "workspace");
        var workspace = query.Id("workspace_id");
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var filters = new List<UsageFilter>();
        if (await AddFiltersAsync(filters, caller, hash, user, workspace, context.RequestAborted) is { } unknown)
        {
            return unknown;
        }

        var first = day ?? today.AddDays(-Days);
        var report = await usage.WithinAsync(
            ActivityStatement.Query(caller.OrganizationId, StartOf(first), StartOf(day?.AddDays(1) ?? today)) with
            {
                Dimensions = byWorkspace is null
                    ? ActivityStatement.Dimensions
                    : [.. ActivityStatement.Dimensions, UsageDimension.Workspace],
                Filters = filters,
            },
            options.QueryTimeout,
            clock,
            context.RequestAborted);
        if (report is null)
        {
            return ErrorResult.TimedOut;
        }

        var items = ActivityStatement.ItemsOf(report, catalogue?.Current);
        return ActivityCsv.IsWanted(context.Request)
            ? TypedResults.Text(ActivityCsv.Write(items, byWorkspace is not null), ActivityCsv.MediaType)
            : TypedResults.Json(new ActivityResponse(items), ActivityJson.Default.ActivityResponse);
    }

    private static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The answer for something that the organization does not have; null when all was found.</summary>
    private async Task<IResult?> AddFiltersAsync(
        List<UsageFilter> filters,
        Caller caller,
        string? hash,
        Guid? user,
        Guid? workspace,
        CancellationToken cancellationToken)
    {
        if (hash is not null)
        {
            if (await keys.FindAsync(hash, caller.OrganizationId, cancellationToken) is not { } key)
            {
                return ErrorResult.NotFound("API key with this hash", "api_key_hash");
            }

            filters.Add(new UsageFilter(UsageDimension.Key, UsageOperator.Equal, [key.Id]));
        }

        if (user is { } userId)
        {
            if (await usage.FindMemberAsync(caller.OrganizationId, userId, cancellationToken) is not { } member)
            {
                return ErrorResult.NotFound("member with this user id", "user_id");
            }

            filters.Add(new UsageFilter(UsageDimension.Member, UsageOperator.Equal, [member]));
        }

        if (workspace is { } workspaceId)
        {
            if ((await organizations.FindWorkspaceAsync(workspaceId, cancellationToken))?.OrganizationId != caller.OrganizationId)
            {
                return ErrorResult.NotFound("workspace with this id", "workspace_id");
            }

            filters.Add(new UsageFilter(UsageDimension.Workspace, UsageOperator.Equal, [workspaceId]));
        }

        return null;
    }
}
