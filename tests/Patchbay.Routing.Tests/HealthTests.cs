using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class HealthTests
{
    private readonly ManualClock _clock = new();
    private readonly Endpoint _endpoint = Endpoint("a");
    private readonly HealthRegistry _registry;

    public HealthTests() => _registry = new HealthRegistry(_clock);

    private EndpointHealth Health => _registry.Get(_endpoint);

    [Fact]
    public void An_endpoint_that_was_never_called_is_healthy()
    {
        Assert.False(Health.HadOutage);
        Assert.Null(Health.CoolingUntil);
        Assert.Null(Health.Uptime5Minutes);
        Assert.Null(Health.LatencyMs);
        Assert.Null(Health.TokensPerSecond);
    }

    [Fact]
    public void A_hard_failure_is_an_outage_for_thirty_seconds()
    {
        Fail(GatewayErrorKind.ProviderError);
        _clock.Advance(29);
        Assert.True(Health.HadOutage);
        _clock.Advance(1);
        Assert.False(Health.HadOutage);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void An_outage_takes_a_fifth_of_failures(int successes, bool outage)
    {
        Fail(GatewayErrorKind.ProviderTimeout);
        for (var i = 0; i < successes; i++)
        {
            Succeed();
        }

        Assert.Equal(outage, Health.HadOutage);
    }

    [Fact]
    public void Every_kind_of_error_has_its_effect()
    {
        foreach (var kind in Enum.GetValues<GatewayErrorKind>())
        {
            var registry = new HealthRegistry(_clock);
            registry.RecordFailure(_endpoint, kind, null);
            var health = registry.Get(_endpoint);
            var effect = GatewayErrorPolicy.For(kind).Health;

            Assert.Equal(effect == HealthEffect.Hard, health.HadOutage);
            Assert.Equal(
                effect is HealthEffect.Hard or HealthEffect.Soft or HealthEffect.Credential, health.Uptime1Day == 0);
            Assert.Equal(
                effect is HealthEffect.Cooldown or HealthEffect.Credential || kind == GatewayErrorKind.ProviderTlsError,
                health.CoolingUntil is not null);
        }
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(12, 12)]
    [InlineData(0, 0)]
    [InlineData(86400, 300)]
    public void A_rate_limit_cools_down_as_long_as_it_says(int? asked, int expected)
    {
        _registry.RecordFailure(
            _endpoint, GatewayErrorKind.ProviderRateLimited, asked is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

        Assert.Equal(expected == 0 ? null : _clock.GetUtcNow().AddSeconds(expected), Health.CoolingUntil);
        Assert.False(Health.HadOutage);
        _clock.Advance(expected);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void A_refused_key_is_left_alone_for_a_minute_or_until_it_works()
    {
        Fail(GatewayErrorKind.ProviderAuth);
        _clock.Advance(59);
        Assert.NotNull(Health.CoolingUntil);
        _clock.Advance(1);
        Assert.Null(Health.CoolingUntil);

        Fail(GatewayErrorKind.ProviderAuth);
        Succeed();
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void Three_failures_to_connect_within_thirty_seconds_eject()
    {
        Fail(GatewayErrorKind.ProviderUnreachable);
        Fail(GatewayErrorKind.ProviderUnreachable);
        Assert.Null(Health.CoolingUntil);
        _clock.Advance(31);
        Fail(GatewayErrorKind.ProviderUnreachable);
        Assert.Null(Health.CoolingUntil);
        Fail(GatewayErrorKind.ProviderUnreachable);
        Fail(GatewayErrorKind.ProviderUnreachable);
        Assert.Equal(_clock.GetUtcNow().AddSeconds(30), Health.CoolingUntil);
    }

    [Fact]
    public void After_an_ejection_one_attempt_probes()
    {
        Fail(GatewayErrorKind.ProviderTlsError);
        _clock.Advance(30);
        Assert.Null(Health.CoolingUntil);

        _registry.RecordAttempt(_endpoint);
        Assert.NotNull(Health.CoolingUntil);
        Fail(GatewayErrorKind.ProviderTimeout);
        Assert.Equal(_clock.GetUtcNow().AddSeconds(30), Health.CoolingUntil);

        _clock.Advance(30);
        _registry.RecordAttempt(_endpoint);
        Succeed();
        Assert.Null(Health.CoolingUntil);
        _registry.RecordAttempt(_endpoint);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void A_probe_whose_caller_left_makes_way_for_the_next()
    {
        Fail(GatewayErrorKind.ProviderTlsError);
        _clock.Advance(30);
        _registry.RecordAttempt(_endpoint);
        Fail(GatewayErrorKind.ClientClosed);

        Assert.Null(Health.CoolingUntil);
        _registry.RecordAttempt(_endpoint);
        Assert.NotNull(Health.CoolingUntil);
    }

    [Fact]
    public void Uptime_has_three_windows()
    {
        Fail(GatewayErrorKind.ProviderError);
        _clock.Advance(6 * 60);
        Succeed();
        Assert.Equal(1.0, Health.Uptime5Minutes);
        Assert.Equal(0.5, Health.Uptime30Minutes);
        Assert.Equal(0.5, Health.Uptime1Day);

        _clock.Advance(31 * 60);
        Assert.Null(Health.Uptime30Minutes);
        Assert.Equal(0.5, Health.Uptime1Day);
        _clock.Advance(25 * 3600);
        Assert.Null(Health.Uptime1Day);
    }

    [Fact]
    public void Percentiles_are_within_an_eighth()
    {
        for (var i = 1; i <= 1000; i++)
        {
            _registry.RecordSuccess(_endpoint, latencyMs: i, durationMs: 1_000, outputTokens: i);
        }

        var latency = Health.LatencyMs!;
        AssertNear(500, latency.P50);
        AssertNear(750, latency.P75);
        AssertNear(900, latency.P90);
        AssertNear(990, latency.P99);
        AssertNear(500, Health.TokensPerSecond!.P50);
    }

    [Fact]
    public void Percentiles_forget_after_half_an_hour()
    {
        Succeed();
        Assert.NotNull(Health.LatencyMs);
        _clock.Advance(31 * 60);
        Assert.Null(Health.LatencyMs);
    }

    [Fact]
    public void Extreme_measurements_are_counted_in_the_outermost_bins()
    {
        _registry.RecordSuccess(_endpoint, int.MaxValue, int.MaxValue, long.MaxValue);
        _registry.RecordSuccess(_endpoint, -5, 1, long.MaxValue);
        _registry.RecordSuccess(_endpoint, 0, 0, 0);

        Assert.Equal(0, Health.LatencyMs!.P50);
        Assert.True(Health.LatencyMs.P99 > 1_000_000);
        Assert.True(Health.TokensPerSecond!.P99 > 100_000);
    }

    [Fact]
    public async Task Concurrent_records_lose_nothing()
    {
        var endpoints = Enumerable.Range(0, 300).Select(i => Endpoint($"many{i}")).ToArray();
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (_, _) =>
        {
            foreach (var endpoint in endpoints)
            {
                _registry.RecordSuccess(endpoint, 1, 1, 1);
                _registry.RecordFailure(endpoint, GatewayErrorKind.ProviderError, null);
            }

            return ValueTask.CompletedTask;
        });

        Assert.All(endpoints, endpoint => Assert.Equal(0.5, _registry.Get(endpoint).Uptime1Day));
    }

    private static void AssertNear(double expected, double actual) =>
        Assert.InRange(actual, expected * 0.875, expected * 1.125);

    private void Succeed() => _registry.RecordSuccess(_endpoint, 100, 1_000, 50);

    private void Fail(GatewayErrorKind kind) => _registry.RecordFailure(_endpoint, kind, null);
}
