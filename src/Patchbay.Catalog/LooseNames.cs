namespace Patchbay.Catalog;

/// <summary>Finds models by names that the catalogue does not list: slugs and canonical slugs with hyphens for points
/// (<c>anthropic/claude-3-5-sonnet</c>), the same without the author, and the own ids of models at their author
/// (<c>claude-3-5-haiku-20241022</c>). A name that would mean two models means none.</summary>
internal sealed class LooseNames
{
    private readonly Dictionary<string, Model?> _models = new(StringComparer.Ordinal);

    public LooseNames(IReadOnlyList<Model> models)
    {
        Add(models, static model => [model.Slug]);
        Add(models, static model => [model.CanonicalSlug]);
        Add(models, static model => [Bare(model.Slug)]);
        Add(models, static model => [Bare(model.CanonicalSlug)]);
        Add(models, static model => model.Endpoints
            .Where(endpoint => endpoint.Provider.Category == "first-party" && endpoint.UpstreamModel.Length > 0)
            .SelectMany(endpoint => new[] { endpoint.UpstreamModel, $"{model.Author}/{endpoint.UpstreamModel}" }));
    }

    public Model? Find(ReadOnlySpan<char> name)
    {
        const int Longest = 256;
        if (name.Length is 0 or > Longest)
        {
            return null;
        }

        Span<char> normal = stackalloc char[name.Length];
        name.Replace(normal, '.', '-');
        return _models.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(normal, out var model) ? model : null;
    }

    /// <summary>Adds one kind of name; what an earlier kind says stays.</summary>
    private void Add(IReadOnlyList<Model> models, Func<Model, IEnumerable<string>> names)
    {
        var round = new Dictionary<string, Model?>(StringComparer.Ordinal);
        foreach (var model in models)
        {
            foreach (var name in names(model))
            {
                var normal = name.Replace('.', '-');
                round[normal] = round.TryGetValue(normal, out var other) && other != model ? null : model;
            }
        }

        foreach (var (name, model) in round)
        {
            _models.TryAdd(name, model);
        }
    }

    private static string Bare(string slug) => slug[(slug.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
