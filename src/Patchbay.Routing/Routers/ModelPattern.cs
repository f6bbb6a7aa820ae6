namespace Patchbay.Routing;

/// <summary>Patterns of model slugs: <c>*</c> stands for any text, everything else for itself in any case.</summary>
internal static class ModelPattern
{
    public static bool MatchesAny(IReadOnlyList<string> patterns, string slug)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (Matches(patterns[i], slug))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Linear in practice: on a mismatch only the last star is tried again, further on.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> slug)
    {
        var p = 0;
        var s = 0;
        var star = -1;
        var mark = 0;
        while (s < slug.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = s;
            }
            else if (p < pattern.Length && char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(slug[s]))
            {
                p++;
                s++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                s = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
