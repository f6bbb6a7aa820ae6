using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>POST /catalog/changes/accept</c>: puts waiting changes in force.</summary>
internal sealed class AcceptChanges(DefaultTenant tenant, ICatalogueControl? control = null) : DecideChanges(tenant, control, accept: true);

/// <summary><c>POST /catalog/changes/reject</c>: keeps the prices in force; the change does not wait again until a list says
/// another price.</summary>
internal sealed class RejectChanges(DefaultTenant tenant, ICatalogueControl? control = null) : DecideChanges(tenant, control, accept: false);

/// <summary>Decides what waits for the models, providers or endpoints that <c>subjects</c> names.</summary>
internal abstract class DecideChanges(DefaultTenant tenant, ICatalogueControl? control, bool accept) : IOperation
{
    private const int MostSubjects = 100;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (CatalogueAccess.Refuse(caller, tenant, control) is { } refusal)
        {
            return refusal;
        }

        var body = await JsonBody.ReadAsync(context.Request);
        var subjects = body.Texts("subjects", MostSubjects, CatalogueAccess.LongestSubject);
        if (!subjects.IsPresent)
        {
            body.Refuse("subjects", "is required.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var decided = control!.Decide(subjects.Value, accept, CatalogueAccess.AuthorOf(caller));
        if (decided is null)
        {
            return new ErrorResult(new GatewayError(
                GatewayErrorKind.StorageUnavailable, "A sync of the catalogue is running. Try again when it is done.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            });
        }

        if (decided.Count == 0)
        {
            body.Refuse("subjects", "names something for which no change waits; nothing was decided.");
            return new ErrorResult(body.FindFault()!);
        }

        return CatalogChangesResult.Of(decided, []);
    }
}
