using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>How callers name endpoints in <c>provider.order</c>, <c>only</c> and <c>ignore</c>.</summary>
internal static class EndpointName
{
    /// <summary>The place of the first name that means this endpoint, or -1.</summary>
    public static int IndexIn(IReadOnlyList<string> names, Endpoint endpoint)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (Means(names[i], endpoint))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a list names the endpoint or its provider, whatever the service tier.</summary>
    public static bool IsAnywhereIn(IReadOnlyList<string> names, Endpoint endpoint)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (Means(names[i], endpoint) || MeansBase(names[i], endpoint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name means this endpoint: its tag, the beginning of its tag up to a slash, or its provider's
    /// slug or display name; in any case. An endpoint of a service tier is meant only by names that end with the tier:
    /// <c>openai/priority</c>.</summary>
    public static bool Means(ReadOnlySpan<char> name, Endpoint endpoint)
    {
        if (endpoint.ServiceTier == ServiceTier.Default)
        {
            return MeansBase(name, endpoint);
        }

        var tier = ServiceTierNames.Of(endpoint.ServiceTier);
        var slash = name.Length - tier.Length - 1;
        return slash > 0 && name[slash] == '/'
            && name[(slash + 1)..].Equals(tier, StringComparison.OrdinalIgnoreCase)
            && MeansBase(name[..slash], endpoint);
    }

    private static bool MeansBase(ReadOnlySpan<char> name, Endpoint endpoint)
    {
        var tag = endpoint.Tag.AsSpan();
        if (tag.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && (tag.Length == name.Length || tag[name.Length] == '/'))
        {
            return true;
        }

        return name.Equals(endpoint.Provider.Slug, StringComparison.OrdinalIgnoreCase)
            || name.Equals(endpoint.Provider.Name, StringComparison.OrdinalIgnoreCase);
    }
}
