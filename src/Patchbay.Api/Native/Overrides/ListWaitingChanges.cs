using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /catalog/changes</c>: changes of prices that lists want and that wait for somebody, and what was decided
/// of earlier ones.</summary>
internal sealed class ListWaitingChanges(DefaultTenant tenant, ICatalogueControl? control = null) : IOperation
{
    public Task<IResult> RunAsync(HttpContext context, Caller caller) => Task.FromResult<IResult>(
        CatalogueAccess.Refuse(caller, tenant, control) is { } refusal
            ? refusal
            : CatalogChangesResult.Of(control!.Synced.Waiting, control.Synced.Decisions));
}

/// <summary>Changes as an answer.</summary>
internal static class CatalogChangesResult
{
    public static IResult Of(IReadOnlyList<CatalogChange> changes, IReadOnlyList<PriceDecision> decisions) => TypedResults.Json(
        new CatalogChangesResponse(
            [.. changes.Select(CatalogChangeView.Of)],
            [.. decisions.Select(decision => new CatalogDecisionView(
                CatalogChangeView.Of(decision.Change), decision.Accepted, decision.By, decision.At.UtcDateTime))]),
        OverrideJson.Default.CatalogChangesResponse);
}
