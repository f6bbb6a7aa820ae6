using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /byok</c>: a workspace's own provider keys, and those of all workspaces, in the order in which they are
/// tried.</summary>
internal sealed class ListByokKeys(IByokKeyStore keys, IOrganizationStore organizations, CatalogHolder catalog) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var workspace = values.Id("workspace_id");
        var provider = context.Request.Query["provider"].ToString();
        var query = new ByokKeyQuery(
            caller.OrganizationId,
            workspace ?? caller.WorkspaceId,
            provider.Length == 0 ? null : provider,
            values.Number("offset", 0, int.MaxValue, 0),
            values.Number("limit", 1, 100, 50));
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        if (provider.Length > 0 && (!catalog.Current.TryGetProvider(provider, out var listing) || listing.Slug != provider))
        {
            return Refuse("provider", "is no provider of this server.");
        }

        if (workspace is { } id
            && (await organizations.FindWorkspaceAsync(id, context.RequestAborted))?.OrganizationId != caller.OrganizationId)
        {
            return Refuse("workspace_id", "is no workspace of this organization.");
        }

        var found = await keys.ListAsync(query, context.RequestAborted);
        var total = await keys.CountAsync(query, context.RequestAborted);
        return TypedResults.Json(
            new ByokKeysResponse([.. found.Select(ByokKeyView.Of)], total), ByokKeyJson.Default.ByokKeysResponse);
    }

    private static ErrorResult Refuse(string name, string reason) =>
        new(new GatewayError(GatewayErrorKind.InvalidRequest, $"'{name}' {reason}") { Parameter = name });
}
