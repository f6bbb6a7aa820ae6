using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>A model with at least one endpoint that may serve the request.</summary>
/// <param name="Model">The model.</param>
/// <param name="Cheapest">The cheapest of these endpoints.</param>
/// <param name="Median">Its median output tokens a second; the best of these endpoints counts, null without data.</param>
/// <param name="Resting">All of these endpoints are left alone at present.</param>
internal sealed record RouterCandidate(Model Model, Endpoint Cheapest, double? Median, bool Resting)
{
    /// <summary>Dollars of a prompt token, at the cheapest endpoint.</summary>
    public decimal PromptPrice(long promptTokens) => ToDollars(Cheapest.Prices.ForPrompt(promptTokens).Prompt.Femtos);

    /// <summary>Dollars of a request of this length, at the cheapest endpoint.</summary>
    public decimal CostOf(long promptTokens, long outputTokens)
    {
        var prices = Cheapest.Prices.ForPrompt(promptTokens);
        return (promptTokens * ToDollars(prices.Prompt.Femtos)) + (outputTokens * ToDollars(prices.Completion.Femtos))
            + ToDollars(prices.Request?.Femtos ?? 0);
    }

    private static decimal ToDollars(long femtos) => femtos / 1_000_000_000_000_000m;
}

/// <summary>Finds the models that a router may choose from: by the planner's own filters, so that a router never chooses
/// what the planner would refuse.</summary>
internal static class RouterCandidates
{
    /// <summary>Chat models with an eligible endpoint, newest first. With <paramref name="free"/>, only endpoints that cost
    /// nothing count.</summary>
    public static List<RouterCandidate> Collect(in RouteRequest request, HealthRegistry health, bool free)
    {
        var found = new List<RouterCandidate>();
        var filter = new EndpointFilter(in request);
        var now = health.Clock.NowMs;
        ExclusionReason[] reasons = [];
        foreach (var model in request.Snapshot.Models)
        {
            var endpoints = model.Endpoints;
            if (model.Kind != "chat" || endpoints.IsEmpty || (model.Output & request.Output) != request.Output)
            {
                continue;
            }

            var keyed = EligibleEndpoints.FindKeyed(in request, model);
            var total = endpoints.Length + keyed.Length;
            if (reasons.Length < total)
            {
                reasons = new ExclusionReason[total];
            }

            filter.Apply(default(ResolvedModel) with { Model = model, FreeOnly = free }, keyed, reasons.AsSpan(0, total));
            for (var k = 0; k < keyed.Length; k++)
            {
                // An endpoint counts with whichever key it can be called.
                ref var reason = ref reasons[keyed[k].Endpoint];
                reason = reasons[endpoints.Length + k] == ExclusionReason.None ? ExclusionReason.None : reason;
            }

            Endpoint? cheapest = null;
            double? median = null;
            var resting = true;
            for (var i = 0; i < endpoints.Length; i++)
            {
                if (reasons[i] != ExclusionReason.None)
                {
                    continue;
                }

                cheapest ??= endpoints[i];
                var seen = health.Find(endpoints[i].Ordinal);
                resting &= seen?.Read(now).Cooling == true;
                if (seen?.Throughput(now)?.P50 is { } speed && !(speed <= median))
                {
                    median = speed;
                }
            }

            if (cheapest is not null)
            {
                found.Add(new RouterCandidate(model, cheapest, median, resting));
            }
        }

        // What can be called now goes before what cannot.
        if (found.Exists(static candidate => !candidate.Resting))
        {
            found.RemoveAll(static candidate => candidate.Resting);
        }

        return found;
    }
}
