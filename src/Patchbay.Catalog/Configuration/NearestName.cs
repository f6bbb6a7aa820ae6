namespace Patchbay.Catalog;

/// <summary>Finds the known name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>A clause such as <c>; did you mean 'slug'?</c>, or the list of what is known when nothing is near.</summary>
    public static string Suggest(string name, IReadOnlyCollection<string> known)
    {
        string? best = null;
        var bestDistance = Math.Max(2, name.Length / 2);
        foreach (var candidate in known)
        {
            var distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance || (distance == bestDistance && best is null))
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best is not null ? $"; did you mean '{best}'?"
            : known.Count <= 20 ? $"; known are {string.Join(", ", known)}."
            : ".";
    }

    private static int Distance(string left, string right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
