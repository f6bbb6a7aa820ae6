namespace Patchbay.Routing;

/// <summary><c>openrouter/free</c>: one of the models with an endpoint that costs nothing and can do what the request needs,
/// drawn evenly, and two more for the case that it fails.</summary>
internal static class FreeRouter
{
    private const string Variant = ":free";

    public static RouterDecision Choose(RouterQuery query, List<RouterCandidate> candidates)
    {
        var names = new List<string>(candidates.Count);
        foreach (var candidate in candidates)
        {
            // A model that also has a price is asked for by its free variant, so that no fallback costs anything.
            var slug = candidate.Model.Slug;
            var name = slug.EndsWith(Variant, StringComparison.Ordinal) ? slug : slug + Variant;
            if (!names.Contains(name))
            {
                names.Add(name);
            }
        }

        if (names.Count == 0)
        {
            return ModelRouter.Refuse(query, 0, "No free model can do what the request needs.");
        }

        names.Sort(StringComparer.Ordinal);
        var chosen = new List<string>(ModelRouter.MostModels);
        var left = new List<string>(names);
        while (left.Count > 0 && chosen.Count < ModelRouter.MostModels)
        {
            var drawn = query.Random.Next(left.Count);
            chosen.Add(left[drawn]);
            left.RemoveAt(drawn);
        }

        var stuck = ModelRouter.Stick(query, query.Sticky, chosen, names.Contains);
        return new RouterDecision
        {
            Router = query.Router.Slug,
            Strategy = query.Router.Strategy,
            Models = ModelRouter.WithVariants(query, chosen),
            Considered = names.Count,
            Scores = [],
            Reason = stuck
                ? "The conversation stays with its free model."
                : $"Drawn evenly among {names.Count} free models that can do what the request needs.",
        };
    }
}
