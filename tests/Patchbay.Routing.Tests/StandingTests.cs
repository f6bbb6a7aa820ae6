using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class StandingTests
{
    private readonly ManualClock _clock = new();
    private readonly Endpoint _cheap = Endpoint("cheap", 1);
    private readonly Endpoint _dear = Endpoint("dear", 2);
    private readonly HealthRegistry _registry;

    public StandingTests() => _registry = new HealthRegistry(_clock);

    [Theory]
    [InlineData(100, 5, "Good")]
    [InlineData(100, 6, "Degraded")]
    [InlineData(100, 20, "Degraded")]
    [InlineData(100, 21, "Down")]
    [InlineData(99, 60, "Good")]
    public void Uptime_counts_from_a_hundred_requests(int requests, int failures, string expected)
    {
        for (var i = 0; i < requests; i++)
        {
            if (i < failures)
            {
                // Soft failures, spread out: neither an outage nor a reason for the breaker.
                _registry.RecordFailure(_cheap, GatewayErrorKind.ProviderOverloaded, TimeSpan.Zero);
            }
            else
            {
                _registry.RecordSuccess(_cheap, 1, 1, 1);
            }
        }

        _clock.Advance(1);
        Assert.Equal(expected, Read(_cheap).Standing.ToString());
        _clock.Advance(5 * 60);
        Assert.Equal(HealthStanding.Good, Read(_cheap).Standing);
    }

    [Fact]
    public void Good_goes_before_degraded_and_degraded_before_failing_and_that_before_down()
    {
        var endpoints = Enumerable.Range(0, 6).Select(i => Endpoint($"p{i}", i + 1)).ToArray();
        Lose(endpoints[0], 40);
        _registry.RecordFailure(endpoints[1], GatewayErrorKind.ProviderError, null);
        Lose(endpoints[2], 10);
        _clock.Advance(1);

        for (var seed = 0; seed < 20; seed++)
        {
            var tags = Tags(Plan(Request(endpoints), _registry, seed));
            Assert.Equal(["p2", "p1", "p0"], tags[3..]);
        }
    }

    [Fact]
    public void An_endpoint_that_returns_gets_a_growing_share()
    {
        Assert.Equal(0, Read(_cheap).Withheld);
        _registry.RecordFailure(_cheap, GatewayErrorKind.ProviderTlsError, null);
        _clock.Advance(31);
        Assert.Equal(0.9, Read(_cheap).Withheld, 3);
        _registry.RecordAttempt(_cheap);
        _clock.Advance(1);
        _registry.RecordSuccess(_cheap, 1, 1, 1);
        Assert.Equal(0.9, Read(_cheap).Withheld, 3);
        _clock.Advance(15);
        Assert.Equal(0.45, Read(_cheap).Withheld, 3);
        _clock.Advance(15);
        Assert.Equal(0, Read(_cheap).Withheld);
    }

    [Fact]
    public void A_share_that_is_withheld_goes_to_the_others()
    {
        _registry.RecordFailure(_cheap, GatewayErrorKind.ProviderError, null);
        _clock.Advance(30);
        var random = new Random(3);
        const int Draws = 20_000;
        var cheap = 0;
        for (var i = 0; i < Draws; i++)
        {
            cheap += RoutePlanner.Plan(Request(_cheap, _dear), _registry, random).Attempts[0].Endpoint == _cheap ? 1 : 0;
        }

        // A tenth of weight 1 beside 1/4.
        Assert.InRange(cheap, Draws * 0.27, Draws * 0.30);
    }

    [Fact]
    public void In_panic_suspicion_does_not_count_and_what_is_certain_does()
    {
        var endpoints = Enumerable.Range(0, 5).Select(i => Endpoint($"p{i}", i == 4 ? 1_000 : 1)).ToArray();
        _registry.RecordFailure(endpoints[0], GatewayErrorKind.ProviderError, null);
        _registry.RecordFailure(endpoints[1], GatewayErrorKind.ProviderError, null);
        Assert.All(Firsts(endpoints), tag => Assert.NotEqual("p0", tag));

        _registry.RecordFailure(endpoints[2], GatewayErrorKind.ProviderError, null);
        Assert.Equal(["p0", "p1", "p2", "p3"], Firsts(endpoints));

        _registry.RecordFailure(endpoints[0], GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(9));
        _registry.RecordFailure(endpoints[1], GatewayErrorKind.ProviderTlsError, null);
        Assert.Equal(["p2", "p3"], Firsts(endpoints));
    }

    [Fact]
    public void Panic_relaxes_no_filter()
    {
        var endpoints = Enumerable.Range(0, 5).Select(i => Endpoint($"p{i}", 1)).ToArray();
        Array.ForEach(endpoints[..4], e => _registry.RecordFailure(e, GatewayErrorKind.ProviderError, null));
        var request = Request(endpoints) with { Preferences = new() { Ignore = ["p0", "p4"] } };

        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(["p1", "p2", "p3"], Tags(Plan(request, _registry, seed)).Order());
        }
    }

    [Fact]
    public void Two_endpoints_are_too_few_for_panic()
    {
        _registry.RecordFailure(_cheap, GatewayErrorKind.ProviderError, null);
        Assert.Equal(["dear"], Firsts([_cheap, _dear]));
    }

    [Fact]
    public void Percentiles_have_a_short_window_too()
    {
        _registry.RecordSuccess(_cheap, latencyMs: 3, durationMs: 1_000, outputTokens: 3);
        _clock.Advance(6 * 60);
        var health = _registry.Get(_cheap);
        Assert.Null(health.LatencyMs5Minutes);
        Assert.Null(health.TokensPerSecond5Minutes);
        Assert.Equal(3, health.LatencyMs!.P50);
        _registry.RecordSuccess(_cheap, latencyMs: 1, durationMs: 1_000, outputTokens: 1);
        _clock.Advance(60);
        Assert.Equal(1, health.LatencyMs5Minutes!.P99);
        Assert.Equal(3, health.LatencyMs!.P99);
    }

    private HealthState Read(Endpoint endpoint) => _registry.Get(endpoint).Read(_registry.Clock.NowMs);

    private string[] Firsts(Endpoint[] endpoints) =>
        [.. Enumerable.Range(0, 200).Select(seed => Tags(Plan(Request(endpoints), _registry, seed))[0]).Distinct().Order()];

    private void Lose(Endpoint endpoint, int ofHundred)
    {
        for (var i = 0; i < 100; i++)
        {
            if (i < ofHundred)
            {
                _registry.RecordFailure(endpoint, GatewayErrorKind.ProviderOverloaded, TimeSpan.Zero);
            }
            else
            {
                _registry.RecordSuccess(endpoint, 1, 1, 1);
            }
        }
    }
}
