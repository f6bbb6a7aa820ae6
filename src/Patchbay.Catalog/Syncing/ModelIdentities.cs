using System.Text.RegularExpressions;

namespace Patchbay.Catalog;

/// <summary>Tells which known model a name means. Only names that mean one model and no other count; nothing is guessed from
/// names that are merely alike.</summary>
internal sealed partial class ModelIdentities
{
    private readonly Dictionary<string, string?> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _weights = new(StringComparer.OrdinalIgnoreCase);

    public ModelIdentities(FactTable facts)
    {
        foreach (var subject in facts.Subjects)
        {
            if (FactNames.TagOf(subject) is null && facts.TryGetFacts(subject, out var known))
            {
                Add(subject, known);
            }
        }
    }

    public static bool IsSlug(string text) => Slug.IsMatch(text);

    public void Add(string slug, IReadOnlyDictionary<string, string> facts)
    {
        // A slug means its model whatever else is called so.
        _names[Normal(slug)] = slug;
        if (facts.GetValueOrDefault(FactNames.Canonical) is { } canonical)
        {
            _names.TryAdd(Normal(canonical), slug);
        }

        if (facts.GetValueOrDefault(FactNames.HuggingFace) is { } weights)
        {
            _weights[weights] = _weights.ContainsKey(weights) ? null : slug;
        }
    }

    /// <summary>The model of this slug, or of this permanent slug; points and hyphens are the same.</summary>
    public string? Find(string slug, string? canonical) => slug.Contains('/', StringComparison.Ordinal)
        ? _names.GetValueOrDefault(Normal(slug)) ?? (canonical is null ? null : _names.GetValueOrDefault(Normal(canonical)))
        : null;

    /// <summary>The one model with these weights.</summary>
    public string? ByWeights(string name) => _weights.GetValueOrDefault(name);

    /// <summary>The author's model of this id, with or without a date at its end.</summary>
    public string? BySnapshot(string? author, string id) => author is null ? null
        : _names.GetValueOrDefault(Normal($"{author}/{id}"))
            ?? (Dated.Match(id) is { Success: true, Index: > 0 } date ? _names.GetValueOrDefault(Normal($"{author}/{id[..date.Index]}")) : null);

    private static string Normal(string slug) => slug.Replace('.', '-').ToLowerInvariant();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Slug { get; }

    [GeneratedRegex("-(20[0-9]{6}|20[0-9]{2}-[0-9]{2}-[0-9]{2}|latest|[0-9]{4}|0)$", RegexOptions.CultureInvariant)]
    private static partial Regex Dated { get; }
}
