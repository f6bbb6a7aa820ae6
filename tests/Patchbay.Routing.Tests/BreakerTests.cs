using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class BreakerTests
{
    private readonly ManualClock _clock = new();
    private readonly Endpoint _endpoint = Endpoint("a");
    private readonly HealthRegistry _registry;

    public BreakerTests() => _registry = new HealthRegistry(_clock);

    private EndpointHealth Health => _registry.Get(_endpoint);

    [Theory]
    [InlineData(GatewayErrorKind.ProviderError)]
    [InlineData(GatewayErrorKind.ProviderTimeout)]
    [InlineData(GatewayErrorKind.ProviderStalled)]
    [InlineData(GatewayErrorKind.ProviderDisconnected)]
    [InlineData(GatewayErrorKind.ProviderMalformed)]
    public void Five_hard_failures_in_a_row_open_it_for_thirty_seconds(GatewayErrorKind kind)
    {
        Fail(kind, 4);
        Assert.Null(Health.CoolingUntil);
        Fail(kind);
        Assert.Equal(_clock.GetUtcNow().AddSeconds(30), Health.CoolingUntil);
        _clock.Advance(30);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void A_success_that_began_after_the_first_failure_ends_the_row()
    {
        Fail(GatewayErrorKind.ProviderError, 4);
        _clock.Advance(7);
        Succeed(durationMs: 1_000);
        Fail(GatewayErrorKind.ProviderError, 4);
        Assert.Null(Health.CoolingUntil);
        Fail(GatewayErrorKind.ProviderError);
        Assert.NotNull(Health.CoolingUntil);
    }

    [Fact]
    public void Quick_failures_are_measured_by_the_attempts_that_began_beside_them()
    {
        // A hundredth fails at once, and no answer is complete yet.
        for (var i = 1; i <= 3_000; i++)
        {
            _registry.RecordAttempt(_endpoint);
            if (i % 100 == 0)
            {
                Fail(GatewayErrorKind.ProviderError);
            }

            _clock.Advance(0.005);
        }

        Assert.Null(Health.CoolingUntil);
        Assert.False(Health.HadOutage);
    }

    [Fact]
    public void A_burst_of_failures_is_an_outage_although_half_a_minute_was_good()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _registry.RecordAttempt(_endpoint);
            _registry.RecordSuccess(_endpoint, 1, 1, 1);
            _clock.Advance(0.01);
        }

        var failures = 0;
        for (var i = 0; !Health.HadOutage; i++)
        {
            _registry.RecordAttempt(_endpoint);
            if (i % 3 == 0)
            {
                Fail(GatewayErrorKind.ProviderError);
                failures++;
            }

            _clock.Advance(0.01);
        }

        Assert.InRange(failures, 80, 140);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void An_endpoint_that_takes_requests_and_answers_none_is_suspected_before_they_time_out()
    {
        for (var i = 0; i < 100; i++)
        {
            _registry.RecordAttempt(_endpoint);
            _registry.RecordSuccess(_endpoint, 500, 1, 1);
        }

        var other = Endpoint("b", 1_000);
        for (var i = 0; i < 29; i++)
        {
            _registry.RecordAttempt(_endpoint);
            _clock.Advance(0.1);
        }

        Assert.Equal(["a", "b"], Tags(Plan(Request(_endpoint, other), _registry)));
        _clock.Advance(0.3);
        _registry.RecordAttempt(_endpoint);
        Assert.Equal(["b", "a"], Tags(Plan(Request(_endpoint, other), _registry)));
        _registry.RecordFirstByte(_endpoint, 200);
        _clock.Advance(0.2);
        Assert.Equal(["a", "b"], Tags(Plan(Request(_endpoint, other), _registry)));
    }

    [Fact]
    public void The_first_byte_of_a_probe_closes_it()
    {
        Fail(GatewayErrorKind.ProviderError, 5);
        _clock.Advance(30);
        _registry.RecordAttempt(_endpoint);
        Assert.NotNull(Health.CoolingUntil);
        _clock.Advance(1);
        _registry.RecordFirstByte(_endpoint, 1_000);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void An_answer_that_began_before_the_defect_neither_ends_the_row_nor_closes_it()
    {
        _clock.Advance(60);
        Fail(GatewayErrorKind.ProviderError, 4);
        Succeed(durationMs: 20_000);
        Fail(GatewayErrorKind.ProviderError);
        Assert.NotNull(Health.CoolingUntil);
        _clock.Advance(5);
        Succeed(durationMs: 20_000);
        Assert.NotNull(Health.CoolingUntil);
        Succeed(durationMs: 1_000);
        Assert.Null(Health.CoolingUntil);
    }

    [Fact]
    public void Half_of_twenty_requests_open_it()
    {
        for (var i = 0; i < 9; i++)
        {
            Fail(GatewayErrorKind.ProviderError);
            _clock.Advance(2);
            Succeed(durationMs: 1);
        }

        Succeed(durationMs: 1);
        Assert.Null(Health.CoolingUntil);
        Fail(GatewayErrorKind.ProviderError);
        Assert.NotNull(Health.CoolingUntil);
    }

    [Fact]
    public void Failures_of_requests_that_were_under_way_do_not_keep_it_open()
    {
        Fail(GatewayErrorKind.ProviderTimeout, 5);
        var until = Health.CoolingUntil;
        _clock.Advance(15);
        Fail(GatewayErrorKind.ProviderTimeout);
        Assert.Equal(until, Health.CoolingUntil);
    }

    [Theory]
    [InlineData(GatewayErrorKind.ProviderError, true)]
    [InlineData(GatewayErrorKind.ProviderOverloaded, true)]
    [InlineData(GatewayErrorKind.ProviderRejected, false)]
    [InlineData(GatewayErrorKind.ClientClosed, false)]
    public void A_probe_that_fails_opens_it_again(GatewayErrorKind kind, bool opens)
    {
        Fail(GatewayErrorKind.ProviderError, 5);
        _clock.Advance(30);
        _registry.RecordAttempt(_endpoint);
        Fail(kind);
        Assert.Equal(opens ? _clock.GetUtcNow().AddSeconds(30) : null, Health.CoolingUntil);
    }

    [Fact]
    public void What_is_no_outage_never_opens_it()
    {
        GatewayErrorKind[] kinds =
        [
            GatewayErrorKind.ProviderRejected, GatewayErrorKind.ClientClosed, GatewayErrorKind.ContextLengthExceeded,
            GatewayErrorKind.InvalidRequest, GatewayErrorKind.NotFound, GatewayErrorKind.PayloadTooLarge,
        ];
        foreach (var kind in kinds)
        {
            Fail(kind, 50);
        }

        Assert.Null(Health.CoolingUntil);
        Assert.False(Health.HadOutage);
        Assert.Null(Health.Uptime1Day);
        Assert.Equal(["a", "b"], Tags(Plan(Request(_endpoint, Endpoint("b", 1_000)), _registry)));
    }

    [Fact]
    public void A_rate_limit_or_a_refusal_of_one_key_concerns_no_other()
    {
        var mine = new CredentialId(7);
        var now = NowMs();
        _registry.RecordFailure(_endpoint, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20), credential: mine);
        _registry.RecordFailure(_endpoint, GatewayErrorKind.ProviderAuth, null, credential: new CredentialId(8));

        Assert.Null(Health.CoolingUntil);
        Assert.Equal(now + 20_000, Health.Read(now, mine).PausedUntilMs);
        Assert.Equal(now + 20_000, Health.Read(now, mine).ToldToWaitUntilMs);
        Assert.Equal(now + 60_000, Health.Read(now, new CredentialId(8)).PausedUntilMs);
        Assert.False(Health.Read(now, new CredentialId(9)).Cooling);

        _registry.RecordSuccess(_endpoint, 1, 1, 1, new CredentialId(8));
        Assert.False(Health.Read(now, new CredentialId(8)).Cooling);
        Assert.True(Health.Read(now, mine).Cooling);
    }

    [Fact]
    public void The_operators_pause_is_not_another_keys_and_a_defect_is_everybodys()
    {
        _registry.RecordFailure(_endpoint, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(20));
        Assert.False(Health.Read(NowMs(), new CredentialId(7)).Cooling);

        Fail(GatewayErrorKind.ProviderTlsError);
        Assert.True(Health.Read(NowMs(), new CredentialId(7)).Cooling);
    }

    [Fact]
    public void Of_many_keys_those_with_the_longest_pauses_are_remembered()
    {
        for (var i = 1; i <= 100; i++)
        {
            _registry.RecordFailure(
                _endpoint, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(i), credential: new CredentialId(i));
        }

        var remembered = Enumerable.Range(1, 100).Where(i => Health.Read(NowMs(), new CredentialId(i)).Cooling).ToArray();
        Assert.Equal(Enumerable.Range(69, 32), remembered);
    }

    private long NowMs() => _registry.Clock.NowMs;

    private void Succeed(int durationMs) => _registry.RecordSuccess(_endpoint, 1, durationMs, 50);

    private void Fail(GatewayErrorKind kind, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _registry.RecordFailure(_endpoint, kind, null);
        }
    }
}
