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

    /// <summary>Whether a name means this endpoint: its tag, the beginning of its tag up to a slash, or its provider's
    /// slug or display name; in any case.</summary>
    public static bool Means(string name, Endpoint endpoint)
    {
        var tag = endpoint.Tag;
        if (tag.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && (tag.Length == name.Length || tag[name.Length] == '/'))
        {
            return true;
        }

        return name.Equals(endpoint.Provider.Slug, StringComparison.OrdinalIgnoreCase)
            || name.Equals(endpoint.Provider.Name, StringComparison.OrdinalIgnoreCase);
    }
}
