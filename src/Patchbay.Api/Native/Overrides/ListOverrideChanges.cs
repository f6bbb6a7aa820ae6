using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /catalog/overrides/changes</c>: who has set or removed which override when, newest first.</summary>
internal sealed class ListOverrideChanges(
    DefaultTenant tenant, ICatalogOverrideStore overrides, ICatalogueControl? control = null) : IOperation
{
    private const int MostChanges = 500;
    private const int UsualChanges = 50;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (CatalogueAccess.Refuse(caller, tenant, control) is { } refusal)
        {
            return refusal;
        }

        var query = new QueryValues(context.Request);
        var most = query.Number("limit", 1, MostChanges, UsualChanges);
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var changes = await overrides.ListChangesAsync(most, context.RequestAborted);
        return TypedResults.Json(
            new OverrideChangesResponse([.. changes.Select(change => new OverrideChangeView(
                change.Revision,
                change.Subject,
                change.Set is { } set ? OverrideView.Of(set, control!) : null,
                change.Author,
                change.At.UtcDateTime))]),
            OverrideJson.Default.OverrideChangesResponse);
    }
}
