using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>PUT /rate-limits/{level}/{id}</c>: says how fast an organization, a workspace or a key may send, in place of
/// what was said before.</summary>
internal sealed class SetRateLimit(
    IApiKeyStore keys, IOrganizationStore organizations, DefaultTenant tenant, IRateLimitControl control) : IOperation
{
    private const int MostPriority = 100;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var (scope, id, refusal) = await new RateLimitScope(keys, organizations, tenant).ResolveAsync(context, caller);
        if (refusal is not null)
        {
            return refusal;
        }

        var body = await JsonBody.ReadAsync(context.Request);
        var limit = new RateLimit(scope)
        {
            RequestsPerMinute = body.Count("requests_per_minute", 1, int.MaxValue).Or(null),
            TokensPerMinute = body.Count("tokens_per_minute", 1, 1_000_000_000_000).Or(null),
            Concurrency = (int?)body.Count("concurrency", 1, 1_000_000).Or(null),
            Priority = (int)(body.Count("priority", -MostPriority, MostPriority).Or(null) ?? 0),
        };
        if (limit.IsEmpty)
        {
            body.Refuse("requests_per_minute", "or 'tokens_per_minute', 'concurrency' or 'priority' must be set.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await control.SetAsync(limit, CancellationToken.None);
        return TypedResults.Json(new RateLimitResponse(ScopeLimitView.Of(limit, id)), RateLimitJson.Default.RateLimitResponse);
    }
}

/// <summary><c>DELETE /rate-limits/{level}/{id}</c>: takes back what was said of a scope.</summary>
internal sealed class RemoveRateLimit(
    IApiKeyStore keys, IOrganizationStore organizations, DefaultTenant tenant, RateGate gate, IRateLimitControl control) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var (scope, _, refusal) = await new RateLimitScope(keys, organizations, tenant).ResolveAsync(context, caller);
        if (refusal is not null)
        {
            return refusal;
        }

        if (gate.Limits.All(limit => limit.Scope != scope))
        {
            return ErrorResult.NotFound("rate limit of this scope");
        }

        await control.SetAsync(new RateLimit(scope), CancellationToken.None);
        return TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse);
    }
}
