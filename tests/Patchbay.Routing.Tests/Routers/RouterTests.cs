using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing.Tests.Routers;

public sealed class RouterTests
{
    private const string Best = "openai/gpt-5.5";
    private const string Good = "deepseek/deepseek-v4-pro";
    private const string Middling = "z-ai/glm-4.6";
    private const string Weak = "meta-llama/llama-3.3-70b-instruct";

    // Each at a provider of its own, dearer the better it is.
    private static readonly CatalogSnapshot Measured = TestCatalog.Snapshot(
        TestCatalog.Model(Best, TestCatalog.Endpoint("alpha", 10, Best)),
        TestCatalog.Model(Good, TestCatalog.Endpoint("beta", 2, Good)),
        TestCatalog.Model(Middling, TestCatalog.Endpoint("gamma", 1, Middling)),
        TestCatalog.Model(Weak, TestCatalog.Endpoint("delta", 0.2m, Weak)),
        TestCatalog.Model("lab/unmeasured", TestCatalog.Endpoint("delta", 0.1m, "lab/unmeasured")),
        TestCatalog.Model("lab/gratis", TestCatalog.Endpoint("delta", 0, "lab/gratis"), TestCatalog.Endpoint("beta", 5, "lab/gratis")),
        TestCatalog.Model("lab/blind:free", TestCatalog.Endpoint("alpha", 0, "lab/blind:free", supported: Parameters.None)));

    private static RouteRequest Request(CatalogSnapshot? snapshot = null) => new()
    {
        Snapshot = snapshot ?? Measured,
        Models = [],
        EstimatedPromptTokens = 100,
    };

    private static RouterDecision Choose(
        string router, RouteRequest? request = null, string text = "Fix this bug in my Python function", AutoRouterOptions? auto = null,
        ParetoRouterOptions? pareto = null, int seed = 1, string? sticky = null, string? last = null, HealthRegistry? health = null)
    {
        Assert.True(RouterName.TryParse(router, out var name));
        return new ModelRouter(health ?? new HealthRegistry(new ManualClock())).Choose(new RouterQuery
        {
            Router = name,
            Request = request ?? Request(),
            Prompt = new PromptFeatures { Text = text, LastModel = last },
            Auto = auto,
            Pareto = pareto,
            Sticky = sticky,
            Random = new Random(seed),
        });
    }

    [Theory]
    [InlineData("openrouter/auto", "openrouter/auto", "auto", "")]
    [InlineData("patchbay/auto", "openrouter/auto", "auto", "")]
    [InlineData("openrouter/auto-beta", "openrouter/auto-beta", "auto", "")]
    [InlineData("patchbay/free", "openrouter/free", "free", "")]
    [InlineData("openrouter/pareto-code:nitro", "openrouter/pareto-code", "pareto", ":nitro")]
    [InlineData("openrouter/bodybuilder", "openrouter/bodybuilder", "bodybuilder", "")]
    [InlineData("openrouter/fusion", "openrouter/fusion", "fusion", "")]
    [InlineData("patchbay/fusion-flash:nitro", "openrouter/fusion-flash", "fusion", ":nitro")]
    public void A_router_has_its_name(string name, string slug, string strategy, string variants)
    {
        Assert.True(RouterName.TryParse(name, out var router));
        Assert.Equal((slug, strategy, variants), (router.Slug, router.Strategy, router.Variants));
    }

    [Theory]
    [InlineData("openai/gpt-5.5")]
    [InlineData("openrouter/automatic")]
    [InlineData("openrouter/")]
    [InlineData("OpenRouter/auto")]
    [InlineData("auto")]
    public void Other_names_are_no_routers(string name) => Assert.False(RouterName.TryParse(name, out _));

    [Theory]
    [InlineData("*", "openai/gpt-5", true)]
    [InlineData("openai/*", "openai/gpt-5", true)]
    [InlineData("openai/*", "xopenai/gpt-5", false)]
    [InlineData("OpenAI/GPT-5", "openai/gpt-5", true)]
    [InlineData("*/gpt-*", "openai/gpt-5", true)]
    [InlineData("*-mini", "openai/gpt-5-mini", true)]
    [InlineData("*-mini", "openai/gpt-5-mini-x", false)]
    [InlineData("openai/gpt-5", "openai/gpt-5-mini", false)]
    [InlineData("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_pattern_fits_or_not(string pattern, string slug, bool fits) => Assert.Equal(fits, ModelPattern.Matches(pattern, slug));

    [Fact]
    public void Published_tests_put_better_models_above_weaker_ones()
    {
        var quality = new ModelQuality(Measured.Models);

        double Of(string slug) => quality.Of(Measured.Models.Single(model => model.Slug == slug), QualityArea.Coding)!.Value;
        Assert.True(Of(Best) > Of(Middling) && Of(Good) > Of(Middling) && Of(Middling) > Of(Weak));
        Assert.Null(quality.Of(Measured.Models.Single(model => model.Slug == "lab/unmeasured"), QualityArea.Overall));
    }

    [Theory]
    [InlineData(RouterCostTier.Low, Weak)]
    [InlineData(RouterCostTier.Max, Best)]
    [InlineData(null, Weak)]
    public void The_band_of_costs_decides_which_models_compete(RouterCostTier? tier, string chosen)
    {
        var decision = Choose("openrouter/auto", auto: new AutoRouterOptions { CostTier = tier });

        Assert.Equal(chosen, decision.Models[0]);
        Assert.Equal("code:debugging", decision.TaskType);
        Assert.Equal(4, decision.Considered);
        Assert.Null(decision.Error);
    }

    [Fact]
    public void The_older_setting_is_a_ceiling_and_the_tier_wins_over_it()
    {
        Assert.Equal((0, 9), AutoRouter.Band(new AutoRouterOptions { CostQualityTradeoff = 0 }, 10));
        Assert.Equal((0, 1), AutoRouter.Band(new AutoRouterOptions { CostQualityTradeoff = 10 }, 10));
        Assert.Equal((0, 2), AutoRouter.Band(new AutoRouterOptions(), 10));
        Assert.Equal((8, 10), AutoRouter.Band(new AutoRouterOptions { CostQualityTradeoff = 10, CostTier = RouterCostTier.Max }, 10));
        foreach (var tier in Enum.GetValues<RouterCostTier>())
        {
            Assert.Equal((2 * (int)tier, (2 * (int)tier) + 2), AutoRouter.Band(new AutoRouterOptions { CostTier = tier }, 10));
            Assert.Equal((0, 1), AutoRouter.Band(new AutoRouterOptions { CostTier = tier }, 1));
        }
    }

    [Fact]
    public void An_excluded_pattern_wins_over_an_allowed_one()
    {
        var decision = Choose("openrouter/auto", auto: new AutoRouterOptions
        {
            AllowedModels = ["openai/*", "deepseek/*"],
            ExcludedModels = ["*/gpt-*"],
            CostTier = RouterCostTier.Max,
        });

        Assert.Equal([Good], decision.Models);
    }

    [Fact]
    public void Patterns_that_leave_nothing_are_an_error_that_says_so()
    {
        var decision = Choose("openrouter/auto", auto: new AutoRouterOptions { AllowedModels = ["nobody/*"] });

        Assert.Equal(GatewayErrorKind.NoEndpoints, decision.Error!.Kind);
        Assert.StartsWith("No models match your request and model restrictions", decision.Error.Message, StringComparison.Ordinal);
        Assert.Empty(decision.Models);
    }

    [Fact]
    public void Without_measured_models_the_others_serve()
    {
        var decision = Choose("openrouter/auto", Request(TestCatalog.Snapshot(
            TestCatalog.Model("lab/a", TestCatalog.Endpoint("alpha", 2, "lab/a")),
            TestCatalog.Model("lab/b", TestCatalog.Endpoint("alpha", 1, "lab/b")))));

        Assert.Equal("lab/b", decision.Models[0]);
    }

    [Fact]
    public void A_conversation_keeps_its_model_while_it_may_serve()
    {
        var auto = new AutoRouterOptions { AllowedModels = ["*"], PinModel = true, CostTier = RouterCostTier.Low };

        Assert.Equal(Best, Choose("openrouter/auto", auto: auto, last: Best).Models[0]);
        Assert.Equal(Good, Choose("openrouter/auto", auto: auto, last: Best, sticky: Good).Models[0]);
        Assert.NotEqual(Best, Choose("openrouter/auto", auto: auto with { PinModel = false }, last: Best).Models[0]);
        Assert.NotEqual(Best, Choose("openrouter/auto", auto: auto with { ExcludedModels = ["openai/*"] }, last: Best).Models[0]);
        Assert.Equal(Best, Choose("openrouter/pareto-code", sticky: Best, pareto: new ParetoRouterOptions { MinCodingScore = 0 }).Models[0]);
    }

    [Fact]
    public void Little_success_lately_pulls_a_model_down()
    {
        var health = new HealthRegistry(new ManualClock());
        var endpoint = Measured.Models.Single(model => model.Slug == Best).Endpoints[0];
        for (var i = 0; i < 40; i++)
        {
            health.RecordSuccess(endpoint, 10, 100, 5);
            health.RecordFailure(endpoint, GatewayErrorKind.ProviderDisconnected, null);
            health.RecordSuccess(endpoint, 10, 100, 5);
            health.RecordSuccess(endpoint, 10, 100, 5);
        }

        var auto = new AutoRouterOptions { CostQualityTradeoff = 0, AllowedModels = [Best, Good] };
        var decision = Choose("openrouter/auto", auto: auto, health: health);

        Assert.All(decision.Scores, score => Assert.True(score.Model != Best || score.Success is > 0.7 and < 0.8));
    }

    [Fact]
    public void The_free_router_draws_evenly_among_models_that_cost_nothing_and_never_lets_them_cost()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 50; seed++)
        {
            var decision = Choose("openrouter/free", seed: seed);
            seen.Add(decision.Models[0]);
            Assert.All(decision.Models, model => Assert.EndsWith(":free", model, StringComparison.Ordinal));
            var plan = RoutePlanner.Plan(Request() with { Models = decision.Models }, new HealthRegistry(new ManualClock()), new Random(seed));
            Assert.All(plan.Attempts, attempt => Assert.Equal(0, attempt.Endpoint.Prices.Prompt.Femtos));
        }

        Assert.Equal(["lab/blind:free", "lab/gratis:free"], seen.Order());
        Assert.Equal(["lab/gratis:free"], Choose("openrouter/free", Request() with { WantsTools = true }).Models);
        Assert.NotNull(Choose("openrouter/free", Request() with { Input = Modalities.Image }).Error);
    }

    [Fact]
    public void The_pareto_router_takes_the_cheapest_of_its_tier()
    {
        Assert.Equal(Best, Choose("openrouter/pareto-code").Models[0]);
        Assert.Equal(Good, Choose("openrouter/pareto-code", pareto: new ParetoRouterOptions { MinCodingScore = 0.2 }).Models[0]);
        Assert.Equal([Best + ":nitro"], Choose("openrouter/pareto-code:nitro").Models);
    }

    [Fact]
    public void With_a_price_limit_the_best_of_the_frontier_below_it_is_taken()
    {
        Assert.Equal(Good, Choose("openrouter/pareto-code", pareto: new ParetoRouterOptions { MaxPrice = 5 }).Models[0]);
        Assert.Equal(Best, Choose("openrouter/pareto-code", pareto: new ParetoRouterOptions { MaxPrice = 100, MinCodingScore = 0 }).Models[0]);
        Assert.Equal(
            GatewayErrorKind.NoEndpoints,
            Choose("openrouter/pareto-code", pareto: new ParetoRouterOptions { MaxPrice = 0.001m }).Error!.Kind);
    }
}
