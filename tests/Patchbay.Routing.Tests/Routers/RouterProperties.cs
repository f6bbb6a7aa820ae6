using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing.Tests.Routers;

/// <summary>Over random catalogues and requests: whatever a router chooses, the planner would serve under the very same
/// conditions, and equal questions have equal answers.</summary>
public sealed class RouterProperties
{
    private static readonly string[] Slugs =
    [
        "openai/gpt-5.5", "openai/gpt-5.4", "anthropic/claude-opus-4.7", "anthropic/claude-sonnet-4.6", "z-ai/glm-5", "z-ai/glm-4.6",
        "deepseek/deepseek-r1", "google/gemini-2.5-pro", "google/gemini-2.5-flash", "meta-llama/llama-3.3-70b-instruct", "lab/a",
        "lab/b:free", "lab/c", "minimax/minimax-m2.5", "moonshotai/kimi-k2.6",
    ];

    private static readonly string[] Routers = ["openrouter/auto", "openrouter/free", "openrouter/pareto-code", "patchbay/auto-beta"];
    private static readonly string[] Texts =
        ["Fix this bug", "hi", "Write a haiku", "2 + 2", "Explain this Python code", "Translate to German", "SELECT a FROM b"];

    private static bool Chance(Random random, int of) => random.Next(of) == 0;

    private static CatalogSnapshot Catalog(Random random)
    {
        var models = new List<Model>();
        foreach (var slug in Slugs)
        {
            var endpoints = new Endpoint[random.Next(1, 4)];
            for (var i = 0; i < endpoints.Length; i++)
            {
                endpoints[i] = TestCatalog.Endpoint(
                    $"p{random.Next(6)}/{i}",
                    Chance(random, 4) ? 0 : random.Next(1, 50) / 4m,
                    slug,
                    key: !Chance(random, 6),
                    supported: Chance(random, 3) ? Parameters.None : TestCatalog.Everything,
                    input: Chance(random, 2) ? Modalities.Text : Modalities.Text | Modalities.Image,
                    context: Chance(random, 3) ? 1000 : null,
                    quantization: Chance(random, 3) ? "fp8" : null,
                    policy: new DataPolicy { Zdr = Chance(random, 2), TrainsOnPrompts = Chance(random, 2) ? null : false });
            }

            models.Add(TestCatalog.Model(slug, endpoints));
        }

        return TestCatalog.Snapshot([.. models]);
    }

    private static RouteRequest Request(Random random, CatalogSnapshot snapshot) => new()
    {
        Snapshot = snapshot,
        Models = [],
        EstimatedPromptTokens = Chance(random, 4) ? 5000 : 50,
        WantsTools = Chance(random, 3),
        Input = Chance(random, 3) ? Modalities.Text | Modalities.Image : Modalities.Text,
        Preferences = new RoutePreferences
        {
            Zdr = Chance(random, 2),
            DataCollectionDeny = Chance(random, 3),
            Only = Chance(random, 4) ? ["p0", "p1", "p2"] : null,
            Ignore = Chance(random, 4) ? ["p3"] : null,
            Quantizations = Chance(random, 5) ? ["fp8"] : null,
            MaxPrice = Chance(random, 4) ? new PriceCeiling(Prompt: 6) : null,
        },
        MaxAttempts = 100,
    };

    [Fact]
    public void A_chosen_model_is_one_that_the_planner_serves_under_all_conditions()
    {
        var chosen = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var snapshot = Catalog(random);
            var request = Request(random, snapshot);
            var health = new HealthRegistry(new ManualClock());
            var router = new ModelRouter(health);
            Assert.True(RouterName.TryParse(Routers[random.Next(Routers.Length)], out var name));
            var auto = new AutoRouterOptions
            {
                AllowedModels = Chance(random, 3) ? ["openai/*", "lab/*", "z-ai/*"] : null,
                ExcludedModels = Chance(random, 3) ? ["*/gpt-*", "lab/a"] : null,
                CostTier = Chance(random, 2) ? (RouterCostTier)random.Next(5) : null,
            };
            RouterQuery Query() => new()
            {
                Router = name,
                Request = request,
                Prompt = new PromptFeatures { Text = Texts[seed % Texts.Length] },
                Auto = auto,
                Pareto = new ParetoRouterOptions { MinCodingScore = seed % 3 / 3.0 },
                Sticky = Chance(new Random(seed), 4) ? Slugs[seed % Slugs.Length] : null,
                Random = new Random(seed),
            };

            var decision = router.Choose(Query());

            Assert.Equal(decision.Error is not null, decision.Models.Count == 0);
            Assert.Equal(decision.Models, router.Choose(Query()).Models);
            Assert.Equal(decision.Models, new ModelRouter(health).Choose(Query()).Models);
            Assert.True(decision.Models.Count <= 3);
            Assert.Equal(decision.Models.Count, decision.Models.Distinct().Count());
            foreach (var model in decision.Models)
            {
                chosen++;
                var plan = RoutePlanner.Plan(request with { Models = [model] }, health, new Random(seed));
                Assert.Null(plan.Error);
                Assert.All(plan.Attempts, attempt =>
                {
                    Assert.True(!request.Preferences!.Zdr || attempt.Endpoint.Provider.Policy.Zdr);
                    Assert.True(!request.WantsTools || (attempt.Endpoint.Supported & Parameters.Tools) != 0);
                });
                if (name.Kind == RouterKind.Auto)
                {
                    Assert.True(auto.AllowedModels is null || ModelPattern.MatchesAny(auto.AllowedModels, model));
                    Assert.False(auto.ExcludedModels is not null && ModelPattern.MatchesAny(auto.ExcludedModels, model));
                }
            }
        }

        Assert.True(chosen > 300, $"Only {chosen} models were chosen: the test says little.");
    }
}
