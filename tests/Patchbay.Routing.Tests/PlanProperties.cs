using FsCheck;
using FsCheck.Fluent;
using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class PlanProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private static readonly string[] Formats = ["fp4", "fp8", "mxfp8", "bf16"];
    private static readonly string[] Suffixes = ["", "", "", ":nitro", ":floor", ":free", ":thinking"];
    private static readonly string?[] Regions = [null, "eu", "eu-north-1", "us", "europe"];

    [Fact]
    public void A_plan_holds_eligible_endpoints_once_and_all_of_them_without_a_limit() => Check(scenario =>
    {
        var plan = scenario.Plan();
        var attempts = plan.Attempts.Select(attempt => attempt.Endpoint).ToList();
        var eligible = scenario.Endpoints.Where(scenario.IsEligible).ToHashSet();
        var oneOnly = scenario.Request.Preferences is { AllowFallbacks: false } and not { Order.Count: > 0 };
        var allCool = plan.Error?.Kind == GatewayErrorKind.NoHealthyProvider;
        return attempts.Distinct().Count() == attempts.Count
            && attempts.TrueForAll(eligible.Contains)
            && (allCool || attempts.Count == Math.Min(eligible.Count, oneOnly ? 1 : scenario.Request.MaxAttempts))
            && plan.Error is null == attempts.Count > 0;
    });

    [Fact]
    public void Equal_inputs_give_equal_plans() => Check(scenario =>
    {
        var plan = scenario.Plan();
        var again = scenario.Plan();
        return plan.Attempts.SequenceEqual(again.Attempts)
            && plan.Error?.Message == again.Error?.Message
            && plan.Verdicts.SequenceEqual(again.Verdicts);
    });

    [Fact]
    public void Verdicts_cover_every_endpoint_and_agree_with_the_attempts() => Check(scenario =>
    {
        var plan = scenario.Plan();
        var inside = plan.Verdicts.Where(verdict => verdict.Attempt is not null).ToList();
        return plan.Verdicts.Count == scenario.Endpoints.Count
            && inside.Count == plan.Attempts.Length
            && inside.TrueForAll(verdict => verdict.Reason == ExclusionReason.None
                && plan.Attempts[verdict.Attempt!.Value].Endpoint == verdict.Endpoint)
            && plan.Verdicts.All(verdict => verdict.Attempt is not null || verdict.Reason != ExclusionReason.None);
    });

    [Fact]
    public void Every_model_has_its_first_attempt_before_another_has_its_second() => Check(scenario =>
    {
        if (scenario.Request.Preferences is { PartitionNone: true } or { AllowFallbacks: false })
        {
            return true;
        }

        var plan = scenario.Plan();
        var possible = scenario.Endpoints.Where(scenario.IsEligible).Where(endpoint => !scenario.IsCooling(endpoint))
            .Select(endpoint => endpoint.ModelSlug).Distinct().Count();
        var reached = plan.Attempts.Select(attempt => attempt.Model.Slug).Distinct().Count();
        return reached >= Math.Min(possible, plan.Attempts.Length);
    });

    /// <summary>Whatever happened to endpoints, whatever the sort, the thresholds, the variant or the level of a default:
    /// who is in a plan at all depends on conditions only, and zero data retention above all is never given up.</summary>
    [Fact]
    public void Nothing_that_orders_endpoints_lets_one_in() => Check(scenario =>
    {
        var plan = scenario.Plan();
        var preferences = scenario.Request.Preferences;
        var zdr = preferences is not null && (preferences.Zdr || preferences.Ceilings.Any(level => level.Zdr));
        return plan.Attempts.All(attempt =>
            (!zdr || attempt.Endpoint.Provider.Policy.Zdr) && scenario.IsEligible(attempt.Endpoint));
    });

    private static void Check(Func<Scenario, bool> property) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => property(new Scenario(seed))).Check(Runs);

    /// <summary>A catalogue, a request and a history, all drawn from a seed, with its own idea of who is eligible.</summary>
    private sealed class Scenario
    {
        private readonly Random _random;
        private readonly int _seed;
        private readonly HealthRegistry _health = new(new ManualClock());

        public Scenario(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            var models = new List<Model>();
            for (var m = 0; m < _random.Next(1, 4); m++)
            {
                var slug = $"lab/m{m}";
                var endpoints = Enumerable.Range(0, _random.Next(0, 7)).Select(i => Draw($"p{i}/{m}", slug)).ToArray();
                Endpoints.AddRange(endpoints);
                models.Add(Model(slug, endpoints));
            }

            foreach (var endpoint in Endpoints.Where(_ => Chance(0.5)))
            {
                _health.RecordSuccess(endpoint, _random.Next(10, 2_000), 2_000, _random.Next(10, 1_000));
            }

            foreach (var endpoint in Endpoints.Where(_ => Chance(0.3)))
            {
                GatewayErrorKind[] kinds =
                [
                    GatewayErrorKind.ProviderError, GatewayErrorKind.ProviderRateLimited, GatewayErrorKind.ProviderAuth,
                    GatewayErrorKind.ProviderOverloaded, GatewayErrorKind.ProviderTlsError,
                ];
                TimeSpan? wait = Chance(0.5) ? TimeSpan.FromSeconds(9) : null;
                _health.RecordFailure(endpoint, kinds[_random.Next(kinds.Length)], wait);
            }

            Suffix = Suffixes[_random.Next(Suffixes.Length)];
            Request = new RouteRequest
            {
                Snapshot = Snapshot([.. models]),
                Models = [.. models.Select(model => model.Slug + Suffix)],
                WantsTools = Chance(0.3),
                Tier = Chance(0.5) ? TierWish.None : (TierWish)_random.Next(4),
                Used = Parameters.Temperature,
                Input = Chance(0.2) ? Modalities.Text | Modalities.Image : Modalities.Text,
                EstimatedPromptTokens = _random.Next(0, 3000),
                MaxOutputTokens = Chance(0.5) ? _random.Next(1, 1500) : null,
                MaxAttempts = Chance(0.5) ? 100 : _random.Next(1, 6),
                Preferences = Chance(0.2) ? null : new RoutePreferences
                {
                    Order = Chance(0.2) ? ["p2", "p0"] : Chance(0.1) ? ["p1/flex"] : null,
                    Only = Chance(0.2) ? ["p0", "p1", "P3 inc", "p2/priority"] : null,
                    Ignore = Chance(0.2) ? ["p1", "p2/1"] : null,
                    AllowFallbacks = Chance(0.5) ? null : Chance(0.7),
                    DataRegions = Chance(0.1) ? ["eu"] : null,
                    EnforceDistillableText = Chance(0.05),
                    PreferredMinThroughput = Chance(0.2) ? new(50) : null,
                    PreferredMaxLatency = Chance(0.2) ? new(null, P90: 0.5) : null,
                    Ceilings = Chance(0.7) ? [] :
                    [
                        new RoutePreferences { Zdr = Chance(0.5), DataCollectionDeny = Chance(0.5) },
                        new RoutePreferences { MaxPrice = new(Prompt: 7), Ignore = Chance(0.5) ? ["p4"] : null },
                    ],
                    RequireParameters = Chance(0.2),
                    DataCollectionDeny = Chance(0.2),
                    Zdr = Chance(0.1),
                    Quantizations = Chance(0.2) ? ["fp8"] : null,
                    Sort = Chance(0.4) ? (RouteSort)_random.Next(4) : null,
                    PartitionNone = Chance(0.2),
                    MaxPrice = Chance(0.2) ? new PriceCeiling(Prompt: 5) : null,
                },
            };
        }

        public List<Endpoint> Endpoints { get; } = [];

        public string Suffix { get; }

        public RouteRequest Request { get; }

        public RoutePlan Plan() => RoutePlanner.Plan(Request, _health, new Random(_seed));

        public bool IsCooling(Endpoint endpoint) => _health.Get(endpoint).CoolingUntil is not null;

        public bool IsEligible(Endpoint endpoint) =>
            IsOfWantedTier(endpoint)
            && IsAllowedBy(Request.Preferences ?? new RoutePreferences(), endpoint)
            && (Request.Preferences?.Ceilings ?? []).All(level =>
                (!level.Zdr || endpoint.Provider.Policy.Zdr)
                && (!level.DataCollectionDeny || endpoint.Provider.Policy.TrainsOnPrompts == false)
                && (level.MaxPrice is null || endpoint.Prices.Prompt.Femtos <= PerMillion(7).Femtos)
                && (level.Ignore is null || endpoint.Provider.Slug != "p4"));

        // Section 4.9 of the reference, and what 4.5 says of :nitro and :floor.
        private bool IsOfWantedTier(Endpoint endpoint)
        {
            var tier = endpoint.ServiceTier;
            if (Request.Tier == TierWish.Flex
                && Endpoints.Exists(other => other is { ServiceTier: ServiceTier.Flex, Routable: true }
                    && other.ModelSlug == endpoint.ModelSlug))
            {
                return tier == ServiceTier.Flex;
            }

            var order = Request.Preferences?.Order ?? [];
            var only = Request.Preferences?.Only ?? [];
            return tier switch
            {
                ServiceTier.Flex => Request.Tier == TierWish.Flex
                    || (order.Contains("p1/flex") && endpoint.Provider.Slug == "p1")
                    || (Suffix == ":floor" && order.Count == 0 && Request.Tier != TierWish.Default),
                ServiceTier.Priority => Request.Tier == TierWish.Priority
                    || (only.Contains("p2/priority") && endpoint.Provider.Slug == "p2")
                    || (Suffix == ":nitro" && order.Count == 0 && Request.Tier != TierWish.Default),
                _ => true,
            };
        }

        private bool IsAllowedBy(RoutePreferences preferences, Endpoint endpoint)
        {
            var isTier = endpoint.ServiceTier != ServiceTier.Default;
            var order = preferences.Order is ["p2", ..];
            var provider = endpoint.Provider.Slug;
            var tools = endpoint.Supported.HasFlag(Parameters.Tools);
            return endpoint.Routable
                && (tools || !Request.WantsTools)
                && endpoint.Input.HasFlag(Request.Input)
                && !(Request.EstimatedPromptTokens + (Request.MaxOutputTokens ?? 0) > endpoint.ContextLength)
                && !(Request.MaxOutputTokens > endpoint.MaxOutputTokens)
                && (Suffix != ":free" || endpoint.Prices.Prompt.Femtos == 0)
                && (preferences.Only is null
                    || (isTier ? endpoint.ServiceTier == ServiceTier.Priority && provider == "p2" : provider is "p0" or "p1" or "p3"))
                && (preferences.Ignore is null || !(provider == "p1" || endpoint.Tag is "p2/1" or "p2/1/flex" or "p2/1/priority"))
                && (preferences.Order is null || preferences.AllowFallbacks != false
                    || (order ? !isTier && provider is "p2" or "p0" && !isTier
                        : endpoint.ServiceTier == ServiceTier.Flex && provider == "p1"))
                && (preferences.DataRegions is null || endpoint.Region is "eu" or "eu-north-1")
                && !preferences.EnforceDistillableText
                && (!preferences.RequireParameters || endpoint.Supported.HasFlag(Request.Used))
                && (!preferences.DataCollectionDeny || endpoint.Provider.Policy.TrainsOnPrompts == false)
                && (!preferences.Zdr || endpoint.Provider.Policy.Zdr)
                && (preferences.Quantizations is null || endpoint.Quantization is "fp8" or "mxfp8")
                && (preferences.MaxPrice is null || endpoint.Prices.Prompt.Femtos <= PerMillion(5).Femtos);
        }

        private static string Tagged(string tag, ServiceTier tier) =>
            tier == ServiceTier.Default ? tag : $"{tag}/{ServiceTierNames.Of(tier)}";

        private Endpoint Draw(string tag, string model) => Draw(tag, model, Chance(0.3) ? (ServiceTier)_random.Next(3) : default);

        private Endpoint Draw(string tag, string model, ServiceTier tier) => Endpoint(
            Tagged(tag, tier),
            _random.Next(0, 10),
            model,
            key: Chance(0.85),
            supported: Chance(0.7) ? Everything : Chance(0.5) ? Parameters.Temperature : Parameters.Tools,
            input: Chance(0.6) ? Modalities.Text | Modalities.Image : Modalities.Text,
            context: Chance(0.8) ? _random.Next(1000, 6000) : null,
            maxOutput: Chance(0.3) ? _random.Next(500, 2000) : null,
            tier: tier,
            region: Regions[_random.Next(Regions.Length)],
            quantization: Chance(0.8) ? Formats[_random.Next(Formats.Length)] : null,
            policy: Chance(0.4) ? DataPolicy.Unknown : new DataPolicy { TrainsOnPrompts = Chance(0.3), Zdr = Chance(0.5) });

        private bool Chance(double share) => _random.NextDouble() < share;
    }
}
