using Patchbay.Core;

namespace Patchbay.Routing.Tests;

public sealed class ExplanationTests
{
    private static readonly HealthRegistry Well = new(new ManualClock());

    [Fact]
    public void Chances_are_the_shares_of_one_over_the_square_of_the_price()
    {
        var request = TestCatalog.Request(
            TestCatalog.Endpoint("a", 1), TestCatalog.Endpoint("b", 2), TestCatalog.Endpoint("c", 3));

        var explanation = RouteExplainer.Explain(request, Well);

        var total = 1 + (1 / 4.0) + (1 / 9.0);
        var endpoints = request.Snapshot.Models[0].Endpoints;
        Assert.True(explanation.IsDrawn);
        Assert.Equal(1 / total, explanation.Chances[endpoints[0].Ordinal], 5);
        Assert.Equal(1 / 4.0 / total, explanation.Chances[endpoints[1].Ordinal], 5);
        Assert.Equal(1 / 9.0 / total, explanation.Chances[endpoints[2].Ordinal], 5);
        Assert.Equal(["a", "b", "c"], TestCatalog.Tags(explanation.Plan));
    }

    [Fact]
    public void Chances_are_what_the_planner_does()
    {
        var request = TestCatalog.Request(
            TestCatalog.Endpoint("x", 5), TestCatalog.Endpoint("y", 4), TestCatalog.Endpoint("z", 7));
        var explanation = RouteExplainer.Explain(request, Well);
        var random = new Random(7);
        var first = new Dictionary<int, int>();
        const int Draws = 20_000;
        for (var i = 0; i < Draws; i++)
        {
            var ordinal = RoutePlanner.Plan(request, Well, random).Attempts[0].Endpoint.Ordinal;
            first[ordinal] = first.GetValueOrDefault(ordinal) + 1;
        }

        // Five standard deviations of a share are at most 5 × √(¼ ÷ draws).
        Assert.All(first, pair => Assert.InRange(
            pair.Value / (double)Draws, explanation.Chances[pair.Key] - 0.018, explanation.Chances[pair.Key] + 0.018));
        Assert.Equal(1, explanation.Chances.Values.Sum(), 9);
    }

    [Fact]
    public void Where_nothing_is_drawn_one_endpoint_is_certain()
    {
        var request = TestCatalog.Request(TestCatalog.Endpoint("a", 1), TestCatalog.Endpoint("b", 2)) with
        {
            Preferences = new RoutePreferences { Order = ["b"] },
        };

        var explanation = RouteExplainer.Explain(request, Well);

        Assert.False(explanation.IsDrawn);
        Assert.Equal(1, Assert.Single(explanation.Chances).Value);
        Assert.Equal(["b", "a"], TestCatalog.Tags(explanation.Plan));
    }

    [Fact]
    public void Each_model_has_its_own_chances_and_the_plan_is_the_likeliest_of_all()
    {
        var one = TestCatalog.Model("lab/one", TestCatalog.Endpoint("a", 3, "lab/one"), TestCatalog.Endpoint("b", 2, "lab/one"));
        var two = TestCatalog.Model("lab/two", TestCatalog.Endpoint("c", 1, "lab/two"), TestCatalog.Endpoint("d", 9, "lab/two"));
        var request = new RouteRequest { Snapshot = TestCatalog.Snapshot(one, two), Models = ["lab/one", "lab/two"], MaxAttempts = 4 };

        var explanation = RouteExplainer.Explain(request, Well);

        Assert.Equal(2, explanation.Chances.Values.Sum(), 6);
        Assert.Equal(9.0 / 13, explanation.Chances[one.Endpoints[1].Ordinal], 5);
        Assert.Equal(["b", "a", "c", "d"], TestCatalog.Tags(explanation.Plan));
        Assert.Equal(
            TestCatalog.Tags(RouteExplainer.Explain(request, Well).Plan), TestCatalog.Tags(explanation.Plan));
    }

    [Fact]
    public void What_cannot_be_served_is_explained_by_its_error()
    {
        var request = TestCatalog.Request(TestCatalog.Endpoint("a")) with { WantsTools = true, Input = Modalities.Video };

        var explanation = RouteExplainer.Explain(request, Well);

        Assert.NotNull(explanation.Plan.Error);
        Assert.Empty(explanation.Chances);
    }

    [Fact]
    public void Every_reason_has_a_word_and_a_sentence_of_its_own()
    {
        var reasons = Enum.GetValues<ExclusionReason>();

        Assert.Equal(reasons.Length, reasons.Select(ExclusionReasonText.Word).Distinct().Count());
        Assert.All(reasons, reason => Assert.Matches("^[a-z_]+$", ExclusionReasonText.Word(reason)));
        Assert.Equal("preferred_parameters", ExclusionReasonText.Word(ExclusionReason.PreferredParameters));
        Assert.All(reasons, reason => Assert.DoesNotContain("It is left out", ExclusionReasonText.Sentence(reason), StringComparison.Ordinal));
    }

    [Fact]
    public void Resting_endpoints_of_the_tried_models_are_noticed()
    {
        var clock = new ManualClock();
        var health = new HealthRegistry(clock);
        var request = TestCatalog.Request(TestCatalog.Endpoint("a", 1), TestCatalog.Endpoint("b", 2));
        Assert.False(TestCatalog.Plan(request, health).HasResting);

        health.RecordFailure(request.Snapshot.Models[0].Endpoints[0], GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20));

        Assert.True(TestCatalog.Plan(request, health).HasResting);
    }
}
