using System.Globalization;

namespace Patchbay.Routing;

/// <summary><c>openrouter/pareto-code</c>: the cheapest model that codes well enough. How well a model codes is its place
/// among all models with published coding tests. The tiers are floors: a better model that costs less is never turned away.
/// With a price limit instead, the best model on the frontier of quality and price below it.</summary>
internal static class ParetoRouter
{
    private const double High = 0.85;
    private const double Medium = 0.70;
    private const double Low = 0.50;

    private sealed record Coder(RouterCandidate Candidate, double Quality, decimal Price)
    {
        public string Slug => Candidate.Model.Slug;
    }

    public static RouterDecision Choose(RouterQuery query, List<RouterCandidate> candidates, ModelQuality quality)
    {
        var coders = new List<Coder>();
        foreach (var candidate in candidates)
        {
            if (quality.OfOnly(candidate.Model, QualityArea.Coding) is { } place and >= Low && !IsFree(candidate))
            {
                coders.Add(new Coder(
                    candidate, place, candidate.PromptPrice(query.Request.EstimatedPromptTokens) * 1_000_000));
            }
        }

        if (coders.Count == 0)
        {
            return ModelRouter.Refuse(query, 0, "No model with published coding tests can do what the request needs.");
        }

        var options = query.Pareto ?? new ParetoRouterOptions();
        return options.MaxPrice is { } limit ? Below(query, coders, limit) : InTier(query, coders, options.MinCodingScore ?? 1);
    }

    private static RouterDecision InTier(RouterQuery query, List<Coder> coders, double score)
    {
        var (tier, floor) = score >= 0.66 ? ("high", High) : score >= 0.33 ? ("medium", Medium) : ("low", Low);
        var inTier = coders.FindAll(coder => coder.Quality >= floor);
        if (inTier.Count == 0)
        {
            return ModelRouter.Refuse(
                query, coders.Count, $"No model of the {tier} coding tier is available; lower min_coding_score.");
        }

        var bySpeed = query.Router.Variants.Contains(":nitro", StringComparison.Ordinal);
        inTier.Sort((left, right) => (bySpeed ? Faster(left, right) : 0) is var faster and not 0 ? faster : Cheaper(left, right));
        return Decide(query, coders.Count, inTier, bySpeed
            ? $"The fastest of {inTier.Count} models of the {tier} coding tier (from the {Percent(floor)} percentile)."
            : $"The cheapest of {inTier.Count} models of the {tier} coding tier (from the {Percent(floor)} percentile).");
    }

    // First the frontier below the limit, best first; behind it what is dominated, best first.
    private static RouterDecision Below(RouterQuery query, List<Coder> coders, decimal limit)
    {
        var affordable = coders.FindAll(coder => coder.Price <= limit);
        if (affordable.Count == 0)
        {
            return ModelRouter.Refuse(
                query, coders.Count, string.Create(
                    CultureInfo.InvariantCulture, $"No coding model costs at most ${limit} per million input tokens."));
        }

        affordable.Sort(Better);
        var frontier = new List<Coder>();
        var rest = new List<Coder>();
        var cheapest = decimal.MaxValue;
        foreach (var coder in affordable)
        {
            (coder.Price < cheapest ? frontier : rest).Add(coder);
            cheapest = Math.Min(cheapest, coder.Price);
        }

        var size = frontier.Count;
        frontier.AddRange(rest);
        return Decide(query, coders.Count, frontier, string.Create(
            CultureInfo.InvariantCulture,
            $"The best of {size} models on the frontier of coding quality and price below ${limit} per million input tokens."));
    }

    private static RouterDecision Decide(RouterQuery query, int considered, List<Coder> order, string reason)
    {
        var models = new List<string>(ModelRouter.MostModels);
        var scores = new List<RouterScore>(ModelRouter.MostScores);
        foreach (var coder in order)
        {
            if (models.Count < ModelRouter.MostModels)
            {
                models.Add(coder.Slug);
            }

            if (scores.Count < ModelRouter.MostScores)
            {
                scores.Add(new RouterScore(coder.Slug, coder.Quality, coder.Quality, coder.Price / 1_000_000, null));
            }
        }

        var stuck = ModelRouter.Stick(query, query.Sticky, models, slug => order.Exists(coder => coder.Slug == slug));
        return new RouterDecision
        {
            Router = query.Router.Slug,
            Strategy = query.Router.Strategy,
            Models = ModelRouter.WithVariants(query, models),
            Considered = considered,
            Scores = scores,
            Reason = stuck ? "The conversation stays with its model. " + reason : reason,
        };
    }

    private static bool IsFree(RouterCandidate candidate) => candidate.Model.Slug.EndsWith(":free", StringComparison.Ordinal);

    private static int Percent(double share) => (int)Math.Round(share * 100);

    private static int Cheaper(Coder left, Coder right) =>
        left.Price.CompareTo(right.Price) is var byPrice and not 0 ? byPrice : Better(left, right);

    private static int Better(Coder left, Coder right) =>
        right.Quality.CompareTo(left.Quality) is var byQuality and not 0 ? byQuality
        : left.Price.CompareTo(right.Price) is var byPrice and not 0 ? byPrice
        : string.CompareOrdinal(left.Slug, right.Slug);

    private static int Faster(Coder left, Coder right) =>
        (right.Candidate.Median ?? -1).CompareTo(left.Candidate.Median ?? -1);
}
