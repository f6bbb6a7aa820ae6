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
            var keyed = FindKeyed(in request, model);
            var total = endpoints.Length + keyed.Length;
            var reasons = total <= onStack.Length ? onStack : new ExclusionReason[total];
            filter.Apply(models[m], keyed, reasons[..total]);
            var before = count;
            if (!keyed.IsEmpty)
            {
                count = Add(in request, models, m, keyed, reasons[endpoints.Length..total], ranked, count);
            }

            var own = count;
            for (var i = 0; i < endpoints.Length; i++)
            {
                var reason = reasons[i];
                if (reason == ExclusionReason.None && Contains(ranked[..before], models, m, i))
                {
                    reason = ExclusionReason.Repeated;
                }

                if (reason == ExclusionReason.None)
                {
                    ranked[count++] = new RankedEndpoint { Model = m, Endpoint = i, Place = ByokPlace.Shared };
                }
                else if (Contains(ranked[before..own], models, m, i))
                {
                    reason = ExclusionReason.None;
                }

                verdicts?.Add(new EndpointVerdict(model, endpoints[i], reason, null));
            }
        }

        return count;
    }

    /// <summary>How many endpoints there can be for all models.</summary>
    public static int Most(ref readonly RouteRequest request, ReadOnlySpan<ResolvedModel> models)
    {
        var total = 0;
        foreach (ref readonly var model in models)
        {
            total += model.Model.Endpoints.Length;
            total += request.OwnKeys.Count == 0 ? 0 : KeyedEndpoint.Most(request.OwnKeys, model.Model);
        }

        return total;
    }

    /// <summary>The model's endpoints with the caller's own keys; empty for most callers.</summary>
    public static ReadOnlySpan<KeyedEndpoint> FindKeyed(ref readonly RouteRequest request, Catalog.Model model)
    {
        if (request.OwnKeys.Count == 0 || KeyedEndpoint.Most(request.OwnKeys, model) is not (var most and > 0))
        {
            return [];
        }

        var keyed = new KeyedEndpoint[most];
        return keyed.AsSpan(0, KeyedEndpoint.Find(request.OwnKeys, model, keyed));
    }

    private static int Add(
        ref readonly RouteRequest request, ReadOnlySpan<ResolvedModel> models, int model, ReadOnlySpan<KeyedEndpoint> keyed,
        ReadOnlySpan<ExclusionReason> reasons, Span<RankedEndpoint> ranked, int count)
    {
        var before = count;
        for (var i = 0; i < keyed.Length; i++)
        {
            if (reasons[i] == ExclusionReason.None && !Contains(ranked[..before], models, model, keyed[i].Endpoint))
            {
                ranked[count++] = new RankedEndpoint
                {
                    Model = model,
                    Endpoint = keyed[i].Endpoint,
                    Key = keyed[i].Key + 1,
                    KeyRank = keyed[i].Rank,
                    Place = request.OwnKeys[keyed[i].Key].IsFallback ? ByokPlace.Fallback : ByokPlace.Own,
                };
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
