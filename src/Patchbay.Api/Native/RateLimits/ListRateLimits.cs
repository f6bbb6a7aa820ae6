using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /rate-limits</c>: the limits of the caller's organization, its workspaces and its keys, and for the operator
/// those of everybody.</summary>
internal sealed class ListRateLimits(
    IApiKeyStore keys, IOrganizationStore organizations, DefaultTenant tenant, IRateLimitStore store) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var scopes = new RateLimitScope(keys, organizations, tenant);
        var limits = await store.ListAsync(context.RequestAborted);
        var hashes = limits.Any(static limit => limit.Scope.Level == BudgetLevel.Key)
            ? await HashesAsync(caller, context.RequestAborted)
            : [];
        var views = new List<ScopeLimitView>(limits.Count);
        foreach (var limit in limits)
        {
            if (await scopes.NameAsync(limit.Scope, caller, hashes, context.RequestAborted) is { } id)
            {
                views.Add(ScopeLimitView.Of(limit, id));
            }
        }

        return TypedResults.Json(new RateLimitListResponse(views), RateLimitJson.Default.RateLimitListResponse);
    }

    private async Task<Dictionary<Guid, string>> HashesAsync(Caller caller, CancellationToken cancellationToken)
    {
        const int Page = 500;
        var hashes = new Dictionary<Guid, string>();
        IReadOnlyList<ApiKey> page;
        do
        {
            page = await keys.ListAsync(
                new ApiKeyQuery(caller.OrganizationId, null, IncludeDisabled: true, hashes.Count, Page), cancellationToken);
            foreach (var key in page)
            {
                hashes[key.Id] = key.Hash.ToString();
            }
        }
        while (page.Count == Page);

        return hashes;
    }
}
