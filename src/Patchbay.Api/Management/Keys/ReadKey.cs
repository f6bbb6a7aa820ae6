using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /keys/{hash}</c>: one key of the caller's organization.</summary>
internal sealed class ReadKey(IApiKeyStore keys, HoldBook holds) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var hash = context.GetRouteValue("hash") as string;
        if (await keys.FindAsync(hash, caller.OrganizationId, context.RequestAborted) is not { } key)
        {
            return KeyLookup.NotFound;
        }

        var view = await holds.ShowAsync(key, context.RequestAborted);
        return TypedResults.Json(new KeyResponse(view), KeyJson.Default.KeyResponse);
    }
}
