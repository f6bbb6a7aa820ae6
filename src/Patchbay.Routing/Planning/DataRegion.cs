using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Where an endpoint is known to process requests.</summary>
internal static class DataRegion
{
    // ISO 3166 codes of the member states of the European Union.
    private const string EuropeanUnion = "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

    /// <summary>Whether the endpoint's region is one of these or begins with one, or every data centre of its provider is
    /// in one of them. What is not known is nowhere.</summary>
    public static bool IsIn(IReadOnlyList<string> regions, Endpoint endpoint)
    {
        if (endpoint.Region is { } region)
        {
            for (var i = 0; i < regions.Count; i++)
            {
                if (Covers(regions[i], region))
                {
                    return true;
                }
            }

            return false;
        }

        if (endpoint.Provider.Datacenters is not { Count: > 0 } countries)
        {
            return false;
        }

        for (var c = 0; c < countries.Count; c++)
        {
            var inside = false;
            for (var i = 0; i < regions.Count && !inside; i++)
            {
                inside = Covers(regions[i], countries[c]) || (IsEuropeanUnion(regions[i]) && IsMember(countries[c]));
            }

            if (!inside)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Covers(string wanted, string region) =>
        region.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
        && (region.Length == wanted.Length || region[wanted.Length] == '-');

    private static bool IsEuropeanUnion(string region) => region.Equals("eu", StringComparison.OrdinalIgnoreCase);

    private static bool IsMember(string country) =>
        country.Length == 2 && EuropeanUnion.Contains(country, StringComparison.OrdinalIgnoreCase);
}
