using Patchbay.Catalog;
using Patchbay.Core;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api;

/// <summary>What an endpoint is told of the service tier: its own, whatever the caller wrote; and an ordinary one nothing of
/// a tier that it is not of, unless it is a gateway that chooses itself.</summary>
internal static class TierEdit
{
    /// <summary>The word to send in place of the caller's; null for none.</summary>
    public static string? WordFor(string? asked, Endpoint endpoint) => endpoint.ServiceTier switch
    {
        ServiceTier.Default => IsOfOthers(asked, endpoint) ? null : asked,
        var tier => ServiceTierNames.Of(tier),
    };

    /// <summary>Whether that is another word than the caller's.</summary>
    public static bool Replaces(string? asked, Endpoint endpoint) => WordFor(asked, endpoint) != asked;

    /// <summary>The endpoint whose prices count for what was served.</summary>
    public static Endpoint Billed(InferenceContext context, Attempt attempt) => attempt.Endpoint!.ServedAs(
        ServiceTierNames.Served(context.Responder is not null ? attempt.Editor.ServiceTier : attempt.Reader.ServiceTier));

    private static bool IsOfOthers(string? asked, Endpoint endpoint)
    {
        if (asked is not ("flex" or "priority" or "fast"))
        {
            return false;
        }

        var quirks = endpoint.Provider.Quirks;
        for (var i = 0; i < quirks.Count; i++)
        {
            if (quirks[i] == ProviderQuirks.SameSurface)
            {
                return false;
            }
        }

        return true;
    }
}
