using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /catalog/overrides</c>: what operators have said of models and endpoints, by subject.</summary>
internal sealed class ListOverrides(
    DefaultTenant tenant, ICatalogOverrideStore overrides, ICatalogueControl? control = null) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (CatalogueAccess.Refuse(caller, tenant, control) is { } refusal)
        {
            return refusal;
        }

        var found = await overrides.LoadAsync(context.RequestAborted);
        return TypedResults.Json(
            new OverridesResponse([.. found.All.Select(one => OverrideView.Of(one, control!))], found.Revision),
            OverrideJson.Default.OverridesResponse);
    }
}
