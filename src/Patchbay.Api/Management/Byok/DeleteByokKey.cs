using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>DELETE /byok/{id}</c>: marks an own provider key as deleted and wipes its secret.</summary>
internal sealed class DeleteByokKey(IByokKeyStore keys, ByokDirectory directory, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!Guid.TryParseExact(context.GetRouteValue("id") as string, "D", out var id)
            || !await keys.DeleteAsync(id, caller.OrganizationId, clock.GetUtcNow(), CancellationToken.None))
        {
            return ByokKeyBody.NotFound;
        }

        await directory.FollowAsync(CancellationToken.None);
        return TypedResults.Json(new DeletedResponse(true), ByokKeyJson.Default.DeletedResponse);
    }
}
