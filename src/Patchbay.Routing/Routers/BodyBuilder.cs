using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Finds the models that a text names: <c>openrouter/bodybuilder</c> makes a request for each. A model is named by its
/// slug, with or without the author, or by its display name; a family (<c>Claude Opus</c>) means its newest model. The longest
/// name counts, in any case and however its words are joined. Names of one word need a digit, so that ordinary words are none.
/// </summary>
public static class BodyBuilder
{
    private const int MostWords = 8;
    private const int MostModels = 16;

    /// <summary>The slugs in the order of their first mention, each once; at most 16.</summary>
    public static IReadOnlyList<string> FindModels(CatalogSnapshot snapshot, string text)
    {
        var names = Names(snapshot);
        var words = TaskClassifier.Normalize(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var found = new List<string>();
        for (var i = 0; i < words.Length && found.Count < MostModels;)
        {
            var length = Math.Min(MostWords, words.Length - i);
            string? slug = null;
            while (length > 0 && !names.TryGetValue(string.Join(' ', words, i, length), out slug))
            {
                length--;
            }

            if (slug is not null && !found.Contains(slug))
            {
                found.Add(slug);
            }

            i += Math.Max(1, length);
        }

        return found;
    }

    // An earlier kind of name wins over a later one, and then the newer model.
    private static Dictionary<string, string> Names(CatalogSnapshot snapshot)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var model in snapshot.Models)
        {
            Add(names, model.Slug, model.Slug);
        }

        foreach (var alias in snapshot.Latest)
        {
            Add(names, alias.Slug, alias.Target.Slug);
            AddFamily(names, alias);
        }

        foreach (var model in snapshot.Models)
        {
            Add(names, model.Slug[(model.Slug.IndexOf('/', StringComparison.Ordinal) + 1)..], model.Slug);
            Add(names, model.Name, model.Slug);
            Add(names, model.Name[(model.Name.IndexOf(':', StringComparison.Ordinal) + 1)..], model.Slug);
        }

        return names;
    }

    private static void AddFamily(Dictionary<string, string> names, ModelAlias alias)
    {
        const string Suffix = "(latest)";
        var name = alias.Name.EndsWith(Suffix, StringComparison.Ordinal) ? alias.Name[..^Suffix.Length] : alias.Name;
        var words = TaskClassifier.Normalize(name).Trim();
        if (words.Length >= 3)
        {
            names.TryAdd(words, alias.Target.Slug);
        }
    }

    private static void Add(Dictionary<string, string> names, string name, string slug)
    {
        var words = TaskClassifier.Normalize(name).Trim();
        if (words.Contains(' ', StringComparison.Ordinal) || words.AsSpan().ContainsAnyInRange('0', '9'))
        {
            names.TryAdd(words, slug);
        }
    }
}
