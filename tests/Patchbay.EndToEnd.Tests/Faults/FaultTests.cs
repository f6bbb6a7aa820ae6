using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Faults;

public sealed class FaultWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        IEnumerable<FaultCase> cases =
            [.. FaultCases.Unreachable, .. FaultCases.Statuses, .. FaultCases.Broken, .. FaultCases.Odd];
        World = await World.StartAsync(
            new WorldOptions
            {
                Models = [
                    .. cases.SelectMany(c => c.Models()),
                    new WorldModel("fault/surrogate", new WorldEndpoint("good", "echo;tokens=12;prompt_tokens=9;fault=lone-surrogate")),
                    new WorldModel(
                        "fault/all-limited",
                        new WorldEndpoint("slow-1", "echo;status=429;retry_after=200"),
                        new WorldEndpoint("slow-2", "echo;status=429;retry_after_ms=90500"),
                        new WorldEndpoint("slow-3", "echo;status=429;retry_after=date:250")),
                    new WorldModel(
                        "fault/mixed",
                        new WorldEndpoint("mixed-1", "echo;status=500"),
                        new WorldEndpoint("mixed-2", "echo;status=400;message=The%20prompt%20is%20odd"),
                        new WorldEndpoint("mixed-3", "echo;status=429"))],
                Addresses = new Dictionary<string, string>
                {
                    ["bad-refused"] = $"http://127.0.0.1:{ServerProcess.FreePort()}/v1",
                    ["bad-nxdomain"] = "http://no-such-host.invalid/v1",
                },
                Yaml = "limits: { connect_timeout: 5s, first_byte_timeout: 30s, first_byte_timeout_with_alternatives: 20s, idle_timeout: 20s }",
            },
            TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class FaultTests(FaultWorld fixture) : IClassFixture<FaultWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    public static TheoryData<string, bool> Cases { get; } = FaultCases.Names(
        FaultCases.Unreachable, FaultCases.Statuses, FaultCases.Broken, FaultCases.Odd);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_fault_of_the_only_endpoint_reaches_the_caller_as_the_table_says(string name, bool stream) =>
        FaultProbe.AloneAsync(World, FaultCases.Get(name), stream, Token);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_healthy_second_endpoint_answers_in_its_place_and_alone_is_paid(string name, bool stream) =>
        FaultProbe.WithFallbackAsync(World, FaultCases.Get(name), stream, Token);

    [Fact]
    public async Task Of_several_rate_limits_the_shortest_wait_is_told_and_the_next_request_is_not_sent_at_all()
    {
        var first = await World.Api.ChatAsync("fault/all-limited", Token);

        Assert.Equal(429, first.Status);
        Assert.Equal("provider_rate_limited", first.ErrorCode);
        Assert.Equal("91", first.Header("Retry-After"));
        Assert.Equal(2, first.Json.GetProperty("error").GetProperty("metadata").GetProperty("previous_errors").GetArrayLength());

        var asked = World.Simulator.Log.Counters.Requests;
        var second = await World.Api.ChatAsync("fault/all-limited", Token);

        Assert.Equal(503, second.Status);
        Assert.Equal("no_healthy_provider", second.ErrorCode);
        Assert.InRange(int.Parse(second.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 91);
        Assert.Equal(asked, World.Simulator.Log.Counters.Requests);
        await FaultProbe.NothingHeldAsync(World, Token);
    }

    [Fact]
    public async Task What_the_caller_can_act_on_is_told_even_when_other_endpoints_failed_in_other_ways()
    {
        var response = await World.Api.ChatAsync(
            "fault/mixed", Token, "\"provider\":{\"order\":[\"mixed-1\",\"mixed-2\",\"mixed-3\"]}");

        Assert.Equal(400, response.Status);
        Assert.Equal("provider_rejected", response.ErrorCode);
        Assert.Contains("prompt", response.ErrorMessage, StringComparison.Ordinal);
        var generation = await World.GenerationAsync(response.Header("X-Generation-Id")!, Token);
        Assert.Equal(3, generation.GetProperty("provider_responses").GetArrayLength());
    }

    [Fact]
    public async Task Half_a_surrogate_pair_passes_as_the_provider_escaped_it_since_the_other_half_may_come_in_the_next_event()
    {
        var whole = await World.Api.ChatAsync("fault/surrogate", Token);
        var stream = await World.Api.StreamAsync("fault/surrogate", Token);

        Assert.Contains("half \\ud83d pair", whole.Body, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, whole.Json.ValueKind);
        Assert.Contains("half \\ud83d pair", stream.Raw, StringComparison.Ordinal);
        Assert.All(stream.Events.SkipLast(1), e => Assert.Equal(JsonValueKind.Object, e.Json.ValueKind));
        Assert.True(stream.EndsWithDone);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_no_key_goes_elsewhere()
    {
        World.Simulator.Reset();

        var response = await World.Api.ChatAsync(FaultCases.Get("redirect").Model(stream: false, fallback: false), Token);

        Assert.Equal(502, response.Status);
        Assert.DoesNotContain(World.Simulator.Log.Requests, r => r.Provider == "redirected");
    }
}

public sealed class SilenceWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.StartAsync(
            new WorldOptions
            {
                Models = [
                    .. FaultCases.Silent.SelectMany(c => c.Models()),
                    new WorldModel("test/warm", new WorldEndpoint("good", "echo;tokens=12;prompt_tokens=9"))],
                Yaml = "limits: { connect_timeout: 3s, first_byte_timeout: 3s, first_byte_timeout_with_alternatives: 700ms, idle_timeout: 1s }",
            },
            TestContext.Current.CancellationToken);
        await World.Api.ChatAsync("test/warm", TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class SilentProviderTests(SilenceWorld fixture) : IClassFixture<SilenceWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Cases { get; } = FaultCases.Names(FaultCases.Silent);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Silence_ends_in_a_timeout(string name, bool stream) =>
        FaultProbe.AloneAsync(fixture.World, FaultCases.Get(name), stream, Token);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Another_endpoint_takes_over_from_a_silent_one(string name, bool stream) =>
        FaultProbe.WithFallbackAsync(fixture.World, FaultCases.Get(name), stream, Token);
}
