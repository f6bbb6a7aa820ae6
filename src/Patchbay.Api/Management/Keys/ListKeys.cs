using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /keys</c>: keys of the caller's organization, newest first, at most 100.</summary>
internal sealed class ListKeys(IApiKeyStore keys, HoldBook holds) : IOperation
{
    private const int MostKeys = 100;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var query = new QueryValues(context.Request);
        var wanted = new ApiKeyQuery(
            caller.OrganizationId,
            query.Id("workspace_id"),
            query.Flag("include_disabled"),
            query.Number("offset", 0, int.MaxValue, 0),
            query.Number("limit", 1, MostKeys, MostKeys));
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var found = await keys.ListAsync(wanted, context.RequestAborted);
        var views = new List<KeyView>(found.Count);
        foreach (var key in found)
        {
            views.Add(await holds.ShowAsync(key, context.RequestAborted));
        }

        return TypedResults.Json(new KeysResponse(views), KeyJson.Default.KeysResponse);
    }
}
