using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Turns a request into an ordered list of attempts.</summary>
public static class RoutePlanner
{
    private const int OnStack = 40;

    /// <summary>Plans a request. Equal requests, health and random numbers give equal plans; nothing is changed.
    /// <para>Filters come first and are never relaxed. Then models in the request's order, the endpoints of each by
    /// <c>provider.order</c>, by the wanted service tier, by the preferred speed, by the sort, or, by default, one of the
    /// stable ones drawn with weight 1/price² and the others cheapest first, those that failed in the last 30 seconds last;
    /// requests with tools prefer the better tier of quality before that draw. Where the table knows who answered the
    /// conversation before, that endpoint goes first, unless the request has an order of its own. Endpoints that cool down
    /// come at the very end. When
    /// all of them cool down they are tried nevertheless, unless every one has itself asked us to wait: then the error is
    /// <c>NoHealthyProvider</c> with the shortest wait.</para>
    /// <para>The caller's own keys come before everything but the order of the models, those for fallback after it; where one
    /// asks for it, the operator's account at its provider is not used.</para>
    /// <para>A plan has at most <see cref="RouteRequest.MaxAttempts"/> attempts. Each of the first models gets one before
    /// another gets its second. Without fallbacks and without <c>provider.order</c> there is one attempt in all.</para>
    /// </summary>
    public static RoutePlan Plan(
        in RouteRequest request, HealthRegistry health, Random random, AffinityTable? affinity = null)
    {
        var few = new FewModels();
        var wanted = request.Models.Count;
        Span<ResolvedModel> models = wanted <= FewModels.Length ? few : new ResolvedModel[wanted];
        models = models[..ModelVariants.Resolve(in request, models)];
        if (models.IsEmpty)
        {
            return new RoutePlan(in request, [], RouteRefusal.UnknownModel(request.Models));
        }

        var total = EligibleEndpoints.Most(in request, models);
        var rented = total <= OnStack ? null : ArrayPool<RankedEndpoint>.Shared.Rent(total);
        Span<RankedEndpoint> ranked = rented ?? stackalloc RankedEndpoint[total];
        try
        {
            ranked = ranked[..EligibleEndpoints.Collect(in request, models, ranked, verdicts: null)];
            return ranked.IsEmpty
                ? new RoutePlan(in request, [], RouteRefusal.NoEndpoints(in request, models, Explain(in request)))
                : Rank(in request, models, ranked, health, random, affinity);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<RankedEndpoint>.Shared.Return(rented);
            }
        }
    }

    /// <summary>One verdict for every endpoint of the request's models, before order and health.</summary>
    internal static List<EndpointVerdict> Explain(in RouteRequest request)
    {
        Span<ResolvedModel> models = new ResolvedModel[request.Models.Count];
        models = models[..ModelVariants.Resolve(in request, models)];
        var total = EligibleEndpoints.Most(in request, models);
        var verdicts = new List<EndpointVerdict>(total);
        EligibleEndpoints.Collect(in request, models, new RankedEndpoint[total], verdicts);
        return verdicts;
    }

    private static RoutePlan Rank(
        ref readonly RouteRequest request,
        ReadOnlySpan<ResolvedModel> models,
        Span<RankedEndpoint> ranked,
        HealthRegistry health,
        Random random,
        AffinityTable? affinity)
    {
        var preferences = request.Preferences;
        var partitioned = preferences is not { PartitionNone: true };
        var ordered = preferences?.Order is { Count: > 0 };
        var now = health.Clock.NowMs;
        var quality = health.Quality;

        var cooling = 0;
        var told = 0;
        var shortestWait = long.MaxValue;
        foreach (ref var entry in ranked)
        {
            var endpoint = entry.Of(models);
            var seen = health.Find(endpoint.Ordinal);
            var key = entry.Key == 0 ? null : request.OwnKeys[entry.Key - 1];
            var state = seen?.Read(now, key?.Credential ?? CredentialId.Operators) ?? default;
            var sort = SortOf(preferences, models, partitioned ? entry.Model : 0);
            entry.InTier = IsOfTier(request.Tier, endpoint.ServiceTier);
            entry.Slow = entry.Place != ByokPlace.Own && PreferredSpeed.IsMissed(preferences, seen, now);
            entry.Price = RankedEndpoint.PriceOf(endpoint, request.EstimatedPromptTokens);
            entry.OrderIndex = ordered && EndpointName.IndexIn(preferences!.Order!, endpoint) is var place and >= 0
                ? place
                : int.MaxValue;
            entry.Metric = MetricOf(
                sort is null && endpoint.ServiceTier == ServiceTier.Priority ? RouteSort.Throughput : sort, seen, now);
            if (sort is null)
            {
                entry.Standing = state.Standing;
                entry.Withheld = state.Withheld;
                entry.LooksBad = state.LooksBad;
            }

            entry.Quality = UsesQuality(in request, models, partitioned ? entry.Model : 0) ? quality.TierOf(endpoint) : default;
            if (state.Cooling)
            {
                entry.Cooling = true;
                cooling++;
            }

            if (state.ToldToWaitUntilMs != 0)
            {
                told++;
                shortestWait = Math.Min(shortestWait, state.ToldToWaitUntilMs - now);
            }
        }

        if (cooling == ranked.Length)
        {
            if (told == ranked.Length)
            {
                var wait = TimeSpan.FromMilliseconds(shortestWait);
                var only = OnlyKey(in request, ranked);
                return new RoutePlan(in request, [], RouteRefusal.AllCooling(models, ranked.Length, wait, only))
                {
                    Health = health,
                    PlannedAtMs = now,
                };
            }

            foreach (ref var entry in ranked)
            {
                entry.Cooling = false;
            }
        }

        Panic.Calm(ranked, models.Length);
        if (!ordered && affinity is not null && !request.Conversation.IsNone)
        {
            Stick(request.Conversation, models, ranked, affinity);
        }

        EndpointRanking.Sort(ranked, models, partitioned);
        if (!ordered)
        {
            Balance(preferences, models, ranked, partitioned, random);
        }

        var limit = preferences is { AllowFallbacks: false } && !ordered ? 1 : Math.Max(1, request.MaxAttempts);
        var kept = EndpointRanking.Keep(ranked, limit, partitioned);
        var attempts = new Candidate[kept];
        var next = 0;
        foreach (ref readonly var entry in ranked)
        {
            if (entry.Kept)
            {
                var key = entry.Key == 0 ? null : request.OwnKeys[entry.Key - 1];
                var endpoint = entry.Of(models);
                attempts[next++] = new Candidate(key?.EndpointFor(endpoint) ?? endpoint, models[entry.Model].Model) { OwnKey = key };
            }
        }

        return new RoutePlan(in request, ImmutableCollectionsMarshal.AsImmutableArray(attempts), null)
        {
            IsSticky = ranked[0].Sticky,
            Health = health,
            PlannedAtMs = now,
        };
    }

    // The first of the caller's own keys, when no other account could be used.
    private static ByokRoute? OnlyKey(ref readonly RouteRequest request, ReadOnlySpan<RankedEndpoint> ranked)
    {
        foreach (ref readonly var entry in ranked)
        {
            if (entry.Key == 0)
            {
                return null;
            }
        }

        return request.OwnKeys[ranked[0].Key - 1];
    }

    private static void Stick(
        ConversationKey conversation, ReadOnlySpan<ResolvedModel> models, Span<RankedEndpoint> ranked, AffinityTable affinity)
    {
        for (var m = 0; m < models.Length; m++)
        {
            var remembered = affinity.Find(conversation, models[m].Model.Slug);
            for (var i = 0; i < ranked.Length && remembered >= 0; i++)
            {
                ref var entry = ref ranked[i];
                entry.Sticky |= entry.Model == m && !entry.Cooling && entry.Of(models).Ordinal == remembered;
            }
        }
    }

    private static void Balance(
        RoutePreferences? preferences,
        ReadOnlySpan<ResolvedModel> models,
        Span<RankedEndpoint> ranked,
        bool partitioned,
        Random random)
    {
        for (var start = 0; start < ranked.Length && !ranked[start].Cooling;)
        {
            var end = start + 1;
            while (end < ranked.Length
                && !ranked[end].Cooling
                && ranked[end].Slow == ranked[start].Slow
                && ranked[end].Place == ranked[start].Place
                && ranked[end].KeyRank == ranked[start].KeyRank
                && (!partitioned || ranked[end].Model == ranked[start].Model))
            {
                end++;
            }

            if (SortOf(preferences, models, partitioned ? ranked[start].Model : 0) is null)
            {
                EndpointRanking.Balance(ranked[start..end], random);
            }

            start = end;
        }
    }

    /// <summary>Whether the tiers of quality count: where they are asked for, and for requests with tools where no other
    /// sort is asked for.</summary>
    private static bool UsesQuality(
        ref readonly RouteRequest request, ReadOnlySpan<ResolvedModel> models, int model) =>
        (request.Preferences?.Sort ?? models[model].Sort ?? request.Preferences?.DefaultSort) is var sort
        && (sort == RouteSort.Exacto || (sort is null && request.WantsTools));

    /// <summary>The sort that applies; null for load balancing, also within the tiers of quality.</summary>
    private static RouteSort? SortOf(RoutePreferences? preferences, ReadOnlySpan<ResolvedModel> models, int model) =>
        (preferences?.Sort ?? models[model].Sort ?? preferences?.DefaultSort) is var sort and not RouteSort.Exacto
            ? sort
            : null;

    private static bool IsOfTier(TierWish wish, ServiceTier tier) => wish switch
    {
        TierWish.Flex => tier == ServiceTier.Flex,
        TierWish.Priority => tier == ServiceTier.Priority,
        _ => false,
    };

    private static double MetricOf(RouteSort? sort, EndpointHealth? health, long now) => sort switch
    {
        RouteSort.Throughput => health?.Throughput(now) is { P50: var median } ? -median : double.PositiveInfinity,
        RouteSort.Latency => health?.Latency(now) is { P50: var median } ? median : double.PositiveInfinity,
        _ => 0,
    };

    [InlineArray(Length)]
    private struct FewModels
    {
        public const int Length = 4;
        private ResolvedModel _first;
    }
}
