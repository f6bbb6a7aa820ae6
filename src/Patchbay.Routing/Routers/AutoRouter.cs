namespace Patchbay.Routing;

/// <summary><c>openrouter/auto</c>: says what the prompt is about, keeps the candidates of the wanted band of costs, and puts
/// those first whose published tests, success lately and price fit the task best.</summary>
internal static class AutoRouter
{
    // What a model without published tests is worth where the caller allows it by name.
    private const double Unmeasured = 0.25;

    private sealed record Scored(RouterCandidate Candidate, double? Quality, decimal Cost)
    {
        public double? Success { get; init; }

        public double Score { get; init; }

        public string Slug => Candidate.Model.Slug;
    }

    public static RouterDecision Choose(
        RouterQuery query, List<RouterCandidate> candidates, ModelQuality quality, IModelSuccess success)
    {
        var task = TaskClassifier.Classify(query.Prompt, query.Request);
        var profile = TaskProfile.Of(task.Task);
        var options = query.Auto ?? new AutoRouterOptions();
        var allowed = Allowed(query, candidates, options, quality, profile);
        if (allowed.Count == 0)
        {
            return ModelRouter.Refuse(query, candidates.Count, candidates.Count == 0
                ? "No model can do what the request needs under its conditions."
                : "allowed_models and excluded_models leave none of the models that can do what the request needs.") with
            {
                TaskType = profile.Name,
                Signals = task.Signals,
            };
        }

        allowed.Sort(static (left, right) => left.Cost.CompareTo(right.Cost) is var byCost and not 0
            ? byCost
            : string.CompareOrdinal(left.Slug, right.Slug));
        var (from, to) = Band(options, allowed.Count);
        var order = Score(allowed.GetRange(from, to - from), profile, success);
        var models = new List<string>(ModelRouter.MostModels);
        var scores = new List<RouterScore>(ModelRouter.MostScores);
        foreach (var scored in order)
        {
            if (models.Count < ModelRouter.MostModels)
            {
                models.Add(scored.Slug);
            }

            if (scores.Count < ModelRouter.MostScores)
            {
                scores.Add(new RouterScore(scored.Slug, scored.Score, scored.Quality, scored.Cost, scored.Success));
            }
        }

        var wanted = query.Sticky ?? (options.PinModel ? query.Prompt.LastModel : null);
        var stuck = ModelRouter.Stick(query, wanted, models, slug => allowed.Exists(scored => scored.Slug == slug));
        return new RouterDecision
        {
            Router = query.Router.Slug,
            Strategy = query.Router.Strategy,
            Models = ModelRouter.WithVariants(query, models),
            TaskType = profile.Name,
            Signals = task.Signals,
            Considered = allowed.Count,
            Scores = scores,
            Reason = (stuck ? "The conversation stays with its model. " : "")
                + $"Taken for {profile.Name}; the best of {order.Count} models in the band of costs, of {allowed.Count} that may serve the request.",
        };
    }

    // Measured models; all others only where nothing is measured, or where the caller names what it allows.
    private static List<Scored> Allowed(
        RouterQuery query, List<RouterCandidate> candidates, AutoRouterOptions options, ModelQuality quality, TaskProfile profile)
    {
        var tokens = query.Request.EstimatedPromptTokens;
        var output = Math.Min(query.Request.MaxOutputTokens ?? long.MaxValue, profile.OutputTokens);
        var measured = new List<Scored>();
        var others = new List<Scored>();
        foreach (var candidate in candidates)
        {
            var slug = candidate.Model.Slug;
            if ((options.AllowedModels is { } allowed && !ModelPattern.MatchesAny(allowed, slug))
                || (options.ExcludedModels is { } excluded && ModelPattern.MatchesAny(excluded, slug)))
            {
                continue;
            }

            // The variants with low limits are for those who ask for them.
            if (options.AllowedModels is null && slug.EndsWith(":free", StringComparison.Ordinal))
            {
                continue;
            }

            var place = quality.Of(candidate.Model, profile.Area);
            (place is null ? others : measured).Add(new Scored(candidate, place, candidate.CostOf(tokens, output)));
        }

        if (measured.Count == 0 || options.AllowedModels is not null)
        {
            measured.AddRange(others);
        }

        return measured;
    }

    /// <summary>The part of the candidates, cheapest first, that the options ask for; at least one of them.</summary>
    internal static (int From, int To) Band(AutoRouterOptions options, int count)
    {
        // Without a setting the older form counts with its default of 9, which is up to the 18th percentile.
        var (low, high) = options.CostTier is { } tier
            ? (0.2 * (int)tier, 0.2 * ((int)tier + 1))
            : (0, 0.9 - (0.08 * (options.CostQualityTradeoff ?? 9)));
        var from = Math.Min(count - 1, (int)Math.Floor((low * count) + 1e-9));
        var to = Math.Min(count, Math.Max(from + 1, (int)Math.Ceiling((high * count) - 1e-9)));
        return (from, to);
    }

    private static List<Scored> Score(List<Scored> band, TaskProfile profile, IModelSuccess success)
    {
        var scored = new List<Scored>(band.Count);
        for (var i = 0; i < band.Count; i++)
        {
            var entry = band[i];
            var cheapness = band.Count == 1 ? 1 : 1 - ((double)i / (band.Count - 1));
            var lately = success.Of(entry.Candidate.Model);
            var worth = (profile.QualityWeight * (entry.Quality ?? Unmeasured)) + ((1 - profile.QualityWeight) * cheapness);
            scored.Add(entry with { Success = lately, Score = Math.Round(worth * (lately ?? 1), 6) });
        }

        scored.Sort(static (left, right) =>
            right.Score.CompareTo(left.Score) is var byScore and not 0 ? byScore
            : left.Cost.CompareTo(right.Cost) is var byCost and not 0 ? byCost
            : string.CompareOrdinal(left.Slug, right.Slug));
        return scored;
    }
}
