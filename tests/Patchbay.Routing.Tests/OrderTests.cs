using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class OrderTests
{
    private readonly ManualClock _clock = new();
    private readonly HealthRegistry _health;

    public OrderTests() => _health = new HealthRegistry(_clock);

    [Fact]
    public void The_worked_example_of_the_API_holds()
    {
        var (a, b, c) = (Endpoint("a", 1), Endpoint("b", 2), Endpoint("c", 3));
        _health.RecordFailure(b, GatewayErrorKind.ProviderError, null);
        var random = new Random(7);
        var firstA = 0;
        const int Draws = 100_000;
        for (var i = 0; i < Draws; i++)
        {
            var tags = Tags(RoutePlanner.Plan(Request(a, b, c), _health, random));
            Assert.Equal("b", tags[2]);
            firstA += tags[0] == "a" ? 1 : 0;
        }

        AssertShare(0.9, firstA, Draws);
    }

    [Fact]
    public void Shares_of_a_million_draws_follow_the_inverse_square_of_the_price()
    {
        decimal[] prices = [1, 1.5m, 2, 4];
        var weights = prices.Select(price => 1 / (double)(price * price)).ToArray();
        var request = Request([.. prices.Select((price, i) => Endpoint($"p{i}", price))]) with { MaxAttempts = 1 };
        var random = new Random(11);
        const int Draws = 1_000_000;
        var counts = new int[prices.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[RoutePlanner.Plan(request, _health, random).Attempts[0].Endpoint.Tag[1] - '0']++;
        }

        for (var i = 0; i < prices.Length; i++)
        {
            AssertShare(weights[i] / weights.Sum(), counts[i], Draws);
        }
    }

    [Fact]
    public void Free_endpoints_win_and_huge_prices_do_not_overflow()
    {
        var huge = new PriceList { Prompt = new(long.MaxValue), Completion = new(long.MaxValue) };
        var free = Request(Endpoint("dear", prices: huge), Endpoint("paid", 0.000001m), Endpoint("free", 0));
        var dear = Request(Endpoint("x", prices: huge), Endpoint("y", prices: huge));
        var firsts = new HashSet<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            Assert.Equal(["free", "paid", "dear"], Tags(Plan(free, _health, seed)));
            firsts.Add(Tags(Plan(dear, _health, seed))[0]);
        }

        Assert.Equal(2, firsts.Count);
    }

    [Fact]
    public void Fallbacks_go_from_cheap_to_dear()
    {
        var request = Request(Endpoint("a", 1), Endpoint("b", 1), Endpoint("c", 2), Endpoint("d", 3));
        for (var seed = 0; seed < 50; seed++)
        {
            var tags = Tags(Plan(request, _health, seed));
            Assert.Equal(tags.Skip(1).Order(StringComparer.Ordinal), tags.Skip(1));
        }
    }

    [Fact]
    public void Where_all_failed_recently_load_is_still_balanced()
    {
        var (a, b) = (Endpoint("a", 1), Endpoint("b", 1));
        _health.RecordFailure(a, GatewayErrorKind.ProviderError, null);
        _health.RecordFailure(b, GatewayErrorKind.ProviderError, null);

        var firsts = Enumerable.Range(0, 100).Select(seed => Tags(Plan(Request(a, b), _health, seed))[0]).ToHashSet();

        Assert.Equal(2, firsts.Count);
    }

    [Fact]
    public void An_overloaded_endpoint_goes_last_for_ten_seconds()
    {
        var (a, b) = (Endpoint("a", 0), Endpoint("b", 5));
        _health.RecordFailure(a, GatewayErrorKind.ProviderOverloaded, null);

        Assert.Equal(["b", "a"], Tags(Plan(Request(a, b), _health)));
        _clock.Advance(10);
        Assert.Equal(["a", "b"], Tags(Plan(Request(a, b), _health)));
    }

    [Fact]
    public void The_callers_order_comes_first_and_the_rest_by_price()
    {
        var request = Request(Endpoint("a", 1), Endpoint("b", 2), Endpoint("c/fp8", 3), Endpoint("c/fp4", 4), Endpoint("d", 5));

        Assert.Equal(
            ["d", "c/fp8", "c/fp4", "a", "b"],
            Tags(Plan(request with { Preferences = new() { Order = ["d", "C", "nobody"] } })));
        Assert.Equal(
            ["d", "c/fp8", "c/fp4"],
            Tags(Plan(request with { Preferences = new() { Order = ["d", "c"], AllowFallbacks = false } })));
        Assert.Equal(
            ["c/fp4", "d", "a", "b", "c/fp8"],
            Tags(Plan(request with { Preferences = new() { Order = ["c/fp4", "d"], Sort = RouteSort.Price } })));
    }

    [Fact]
    public void An_outage_does_not_change_the_callers_order()
    {
        var (a, b) = (Endpoint("a", 1), Endpoint("b", 2));
        _health.RecordFailure(b, GatewayErrorKind.ProviderError, null);

        Assert.Equal(["b", "a"], Tags(Plan(Request(a, b) with { Preferences = new() { Order = ["b"] } }, _health)));
    }

    [Fact]
    public void Without_fallbacks_there_is_one_attempt()
    {
        var request = Request(Endpoint("a", 1), Endpoint("b", 2)) with
        {
            Preferences = new() { AllowFallbacks = false, Sort = RouteSort.Price },
        };
        var plan = Plan(request);

        Assert.Equal(["a"], Tags(plan));
        Assert.Equal(ExclusionReason.AttemptLimit, Reasons(plan)["b"]);
    }

    [Theory]
    [InlineData(RouteSort.Price, "cheap,quick,brisk,fresh")]
    [InlineData(RouteSort.Latency, "quick,brisk,cheap,fresh")]
    [InlineData(RouteSort.Throughput, "brisk,quick,cheap,fresh")]
    public void Sorting_is_by_the_measure_and_unknown_comes_last(RouteSort sort, string expected)
    {
        var (cheap, quick, brisk, fresh) = (Endpoint("cheap", 1), Endpoint("quick", 2), Endpoint("brisk", 3), Endpoint("fresh", 4));
        _health.RecordSuccess(cheap, latencyMs: 900, durationMs: 10_000, outputTokens: 100);
        _health.RecordSuccess(quick, latencyMs: 100, durationMs: 10_000, outputTokens: 500);
        _health.RecordSuccess(brisk, latencyMs: 400, durationMs: 10_000, outputTokens: 2_000);
        var request = Request(cheap, quick, brisk, fresh) with { Preferences = new() { Sort = sort } };

        for (var seed = 0; seed < 10; seed++)
        {
            Assert.Equal(expected.Split(','), Tags(Plan(request, _health, seed)));
        }
    }

    [Fact]
    public void Equal_prices_are_ordered_by_tag()
    {
        var request = Request(Endpoint("c"), Endpoint("a"), Endpoint("b")) with { Preferences = new() { Sort = RouteSort.Price } };

        Assert.Equal(["a", "b", "c"], Tags(Plan(request)));
    }

    [Fact]
    public void Models_follow_each_other_unless_the_partition_is_off()
    {
        var snapshot = Snapshot(
            Model("lab/one", Endpoint("a", 1, "lab/one"), Endpoint("b", 3, "lab/one")),
            Model("lab/two", Endpoint("c", 2, "lab/two"), Endpoint("d", 0.5m, "lab/two")));
        var request = new RouteRequest { Snapshot = snapshot, Models = ["lab/one", "lab/unknown", "lab/two"] };

        Assert.Equal(["a", "b", "d", "c"], Tags(Plan(request with { Preferences = new() { Sort = RouteSort.Price } })));
        Assert.Equal(
            ["d", "a", "c", "b"],
            Tags(Plan(request with { Preferences = new() { Sort = RouteSort.Price, PartitionNone = true } })));
    }

    [Fact]
    public void Each_model_gets_an_attempt_before_another_gets_its_second()
    {
        var snapshot = Snapshot(
            Model("lab/one", [.. Enumerable.Range(0, 5).Select(i => Endpoint($"a{i}", i + 1, "lab/one"))]),
            Model("lab/two", Endpoint("b0", 1, "lab/two"), Endpoint("b1", 2, "lab/two")),
            Model("lab/three", Endpoint("c0", 1, "lab/three")));
        var request = new RouteRequest
        {
            Snapshot = snapshot,
            Models = ["lab/one", "lab/two", "lab/three"],
            Preferences = new() { Sort = RouteSort.Price },
        };

        Assert.Equal(["a0", "a1", "b0", "c0"], Tags(Plan(request)));
        Assert.Equal(["a0", "b0"], Tags(Plan(request with { MaxAttempts = 2 })));
        Assert.Equal(["a0", "a1", "a2", "b0", "c0"], Tags(Plan(request with { MaxAttempts = 5 })));
    }

    [Fact]
    public void Cooling_endpoints_come_after_the_last_model()
    {
        var one = Endpoint("one", 1, "lab/one");
        var snapshot = Snapshot(Model("lab/one", one), Model("lab/two", Endpoint("two", 9, "lab/two")));
        _health.RecordFailure(one, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20));
        var request = new RouteRequest { Snapshot = snapshot, Models = ["lab/one", "lab/two"] };

        Assert.Equal(["two", "one"], Tags(Plan(request, _health)));
        var single = Plan(request with { MaxAttempts = 1 }, _health);
        Assert.Equal(["two"], Tags(single));
        Assert.Equal(ExclusionReason.CoolingDown, Reasons(single)["one"]);
        _clock.Advance(20);
        Assert.Equal(["one", "two"], Tags(Plan(request, _health)));
    }

    [Fact]
    public void When_everybody_asked_for_a_pause_the_shortest_one_is_passed_on()
    {
        var (a, b) = (Endpoint("a", 1), Endpoint("b", 2));
        _health.RecordFailure(a, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20));
        _health.RecordFailure(b, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(7));

        var plan = Plan(Request(a, b), _health);

        Assert.Empty(plan.Attempts);
        Assert.Equal(GatewayErrorKind.NoHealthyProvider, plan.Error!.Kind);
        Assert.Equal(TimeSpan.FromSeconds(7), plan.Error.RetryAfter);
        Assert.Equal("All 2 endpoints of lab/model asked for a pause; try again in 7 s", plan.Error.Message);
        Assert.All(plan.Verdicts, verdict => Assert.Equal(ExclusionReason.CoolingDown, verdict.Reason));
    }

    [Fact]
    public void When_all_cool_down_and_one_did_not_ask_for_it_all_are_tried()
    {
        var (a, b) = (Endpoint("a", 0), Endpoint("b", 2));
        _health.RecordFailure(a, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20));
        _health.RecordFailure(b, GatewayErrorKind.ProviderAuth, null);

        Assert.Equal(["a", "b"], Tags(Plan(Request(a, b), _health)));
    }

    private static void AssertShare(double expected, int count, int draws)
    {
        var sigma = Math.Sqrt(expected * (1 - expected) * draws);
        Assert.InRange(count, expected * draws - 4 * sigma, expected * draws + 4 * sigma);
    }
}
