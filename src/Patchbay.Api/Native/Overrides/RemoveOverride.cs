using Microsoft.AspNetCore.Http;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>DELETE /catalog/overrides</c>: takes back what was said of a model or an endpoint.</summary>
internal sealed class RemoveOverride(DefaultTenant tenant, ICatalogueControl? control = null) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (CatalogueAccess.Refuse(caller, tenant, control) is { } refusal)
        {
            return refusal;
        }

        var query = new QueryValues(context.Request);
        var subject = query.RequiredText("subject");
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        return await control!.RemoveAsync(subject, CatalogueAccess.AuthorOf(caller), CancellationToken.None)
            ? TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse)
            : ErrorResult.NotFound("override of this subject");
    }
}
