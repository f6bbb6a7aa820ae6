using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /byok/{id}</c>: one own provider key, without the key.</summary>
internal sealed class ReadByokKey(IByokKeyStore keys) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller) =>
        await keys.FindAsync(context.GetRouteValue("id") as string, caller, context.RequestAborted) is { } key
            ? TypedResults.Json(new ByokKeyResponse(ByokKeyView.Of(key)), ByokKeyJson.Default.ByokKeyResponse)
            : ByokKeyBody.NotFound;
}
