using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>DELETE /keys/{hash}</c>: deletes a key for good. It fails from the next request on; what it spent stays.
/// </summary>
internal sealed class DeleteKey(IApiKeyStore keys, CallerDirectory callers) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!KeyHash.TryParse(context.GetRouteValue("hash") as string, out var hash))
        {
            return KeyLookup.NotFound;
        }

        try
        {
            // An execution that was cut off may have deleted it.
            return await keys.DeleteAsync(hash, caller.OrganizationId, CancellationToken.None)
                || IdempotentExecution.Of(context) is { IsRepeat: true }
                ? TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse)
                : KeyLookup.NotFound;
        }
        finally
        {
            callers.Forget(hash);
        }
    }
}
