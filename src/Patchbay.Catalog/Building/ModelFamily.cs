namespace Patchbay.Catalog;

/// <summary>A name that always means the newest model of a family; a line of <c>Data/latest.json</c>.</summary>
internal sealed class ModelFamily
{
    private const string Version = "{v}";

    /// <summary><c>~author/family-latest</c></summary>
    public string Alias { get; set; } = "";
    public string Name { get; set; } = "";

    /// <summary>What follows the author in the slugs of the family, with <c>{v}</c> for the version. Of two models of one
    /// version, the earlier pattern wins.</summary>
    public string[] Patterns { get; set; } = [];

    /// <summary>The model of the highest version; null when there is none.</summary>
    public Model? Newest(IReadOnlyList<Model> models)
    {
        var author = Alias.AsSpan(1, Alias.IndexOf('/', StringComparison.Ordinal));
        Model? best = null;
        var bestVersion = (Major: -1, Minor: -1, Pattern: 0);
        foreach (var model in models)
        {
            if (!model.Slug.AsSpan().StartsWith(author, StringComparison.Ordinal))
            {
                continue;
            }

            for (var i = 0; i < Patterns.Length; i++)
            {
                if (TryMatch(model.Slug.AsSpan(author.Length), Patterns[i], out var major, out var minor)
                    && (major, minor, -i).CompareTo(bestVersion) > 0)
                {
                    best = model;
                    bestVersion = (major, minor, -i);
                }
            }
        }

        return best;
    }

    private static bool TryMatch(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern, out int major, out int minor)
    {
        major = 0;
        minor = 0;
        var at = pattern.IndexOf(Version, StringComparison.Ordinal);
        var before = pattern[..at];
        var after = pattern[(at + Version.Length)..];
        if (name.Length <= before.Length + after.Length || !name.StartsWith(before, StringComparison.Ordinal)
            || !name.EndsWith(after, StringComparison.Ordinal))
        {
            return false;
        }

        var version = name[before.Length..^after.Length];
        var point = version.IndexOf('.');
        return point < 0
            ? IsNumber(version, out major)
            : IsNumber(version[..point], out major) && IsNumber(version[(point + 1)..], out minor);
    }

    // Four digits are a date.
    private static bool IsNumber(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return text.Length is > 0 and < 4 && !text.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}
