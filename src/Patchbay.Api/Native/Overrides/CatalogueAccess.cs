using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>Who may change the catalogue, and under which name.</summary>
internal static class CatalogueAccess
{
    /// <summary>The longest text that names a model, a provider or an endpoint, in characters.</summary>
    public const int LongestSubject = 500;

    /// <summary>Why the caller may not; null when it may. The catalogue is everybody's, so only the organization that runs
    /// this server changes it.</summary>
    public static ErrorResult? Refuse(Caller caller, DefaultTenant tenant, ICatalogueControl? control)
    {
        if (caller.OrganizationId != tenant.Organization.Id)
        {
            return new ErrorResult(new GatewayError(
                GatewayErrorKind.Forbidden, "Only the organization that runs this server may change the catalogue."));
        }

        return control is null
            ? new ErrorResult(new GatewayError(GatewayErrorKind.Conflict, "The catalogue of a demo cannot be changed."))
            : null;
    }

    /// <summary>The name under which a change is recorded; never a key.</summary>
    public static string AuthorOf(Caller caller) => caller.Key?.Label ?? "master key";
}
