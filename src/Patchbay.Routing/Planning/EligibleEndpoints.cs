namespace Patchbay.Routing;

/// <summary>Collects the endpoints that pass the filters.</summary>
internal static class EligibleEndpoints
{
    private const int OnStack = 64;

    /// <summary>Fills <paramref name="ranked"/> with the eligible endpoints of all models, each endpoint once, and
    /// returns their number. With a list of verdicts, adds one for every endpoint; those of eligible ones say
    /// <see cref="ExclusionReason.None"/>.</summary>
    public static int Collect(
        ref readonly RouteRequest request,
        ReadOnlySpan<ResolvedModel> models,
        Span<RankedEndpoint> ranked,
        List<EndpointVerdict>? verdicts)
    {
        var filter = new EndpointFilter(in request);
        var count = 0;
        Span<ExclusionReason> onStack = stackalloc ExclusionReason[Math.Min(OnStack, ranked.Length)];
        for (var m = 0; m < models.Length; m++)
        {
            var model = models[m].Model;
            var endpoints = model.Endpoints;
            var reasons = endpoints.Length <= onStack.Length ? onStack : new ExclusionReason[endpoints.Length];
            filter.Apply(models[m], reasons);
            var before = count;
            for (var i = 0; i < endpoints.Length; i++)
            {
                var reason = reasons[i];
                if (reason == ExclusionReason.None && Contains(ranked[..before], models, m, i))
                {
                    reason = ExclusionReason.Repeated;
                }

                if (reason == ExclusionReason.None)
                {
                    ranked[count++] = new RankedEndpoint { Model = m, Endpoint = i };
                }

                verdicts?.Add(new EndpointVerdict(model, endpoints[i], reason, null));
            }
        }

        return count;
    }

    private static bool Contains(
        ReadOnlySpan<RankedEndpoint> ranked, ReadOnlySpan<ResolvedModel> models, int model, int endpoint)
    {
        foreach (ref readonly var other in ranked)
        {
            if (other.Endpoint == endpoint && ReferenceEquals(models[other.Model].Model, models[model].Model))
            {
                return true;
            }
        }

        return false;
    }
}
