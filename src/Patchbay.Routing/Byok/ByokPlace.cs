using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Where the attempts with a kind of key come, whatever else is asked for
/// (https://openrouter.ai/docs/guides/overview/auth/byok).</summary>
internal enum ByokPlace : byte
{
    /// <summary>The caller's own keys.</summary>
    Own,

    /// <summary>The operator's.</summary>
    Shared,

    /// <summary>The caller's own keys that are for the case that nothing else works.</summary>
    Fallback,
}

/// <summary>An endpoint of a model with one of the caller's own keys. Numbers only.</summary>
/// <param name="Endpoint">The place of the endpoint in its model's list.</param>
/// <param name="Key">The place of the key among the caller's.</param>
/// <param name="Rank">How many of the caller's keys of this provider and kind come before it.</param>
internal readonly record struct KeyedEndpoint(int Endpoint, int Key, int Rank)
{
    /// <summary>How many there are at most.</summary>
    public static int Most(IReadOnlyList<ByokRoute> keys, Model model)
    {
        var most = 0;
        foreach (var endpoint in model.Endpoints)
        {
            for (var k = 0; k < keys.Count; k++)
            {
                most += keys[k].Provider == endpoint.Provider.Slug ? 1 : 0;
            }
        }

        return most;
    }

    /// <summary>Finds those of a model that can be called, and returns their number.</summary>
    public static int Find(IReadOnlyList<ByokRoute> keys, Model model, Span<KeyedEndpoint> found)
    {
        var count = 0;
        for (var i = 0; i < model.Endpoints.Length; i++)
        {
            var endpoint = model.Endpoints[i];
            var (own, fallback) = (0, 0);
            for (var k = 0; k < keys.Count; k++)
            {
                var key = keys[k];
                if (key.Provider == endpoint.Provider.Slug && key.Allows(model) && key.EndpointFor(endpoint) is not null)
                {
                    found[count++] = new KeyedEndpoint(i, k, key.IsFallback ? fallback++ : own++);
                }
            }
        }

        return count;
    }
}
