using FsCheck;
using FsCheck.Fluent;
using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class QualityTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    private readonly ManualClock _clock = new();
    private readonly HealthRegistry _health;
    private readonly QualityRegistry _quality;

    public QualityTests()
    {
        _health = new HealthRegistry(_clock);
        _quality = new QualityRegistry(_health);
    }

    [Fact]
    public void An_endpoint_with_many_wrong_tool_calls_is_tried_last_and_one_that_is_unknown_in_between()
    {
        var endpoints = Five();
        Fill(endpoints[..4], wrong: [2, 1, 60, 3]);

        var table = Evaluate(endpoints);

        Assert.Equal(
            [QualityTier.Good, QualityTier.Good, QualityTier.Deprioritised, QualityTier.Good, QualityTier.InsufficientData],
            endpoints.Select(table.TierOf));
        Assert.Equal(QualityReasons.ToolCalls, table.Find(endpoints[2])!.Reasons);
        var tags = Tags(Plan(Request(endpoints) with { WantsTools = true }, _health));
        Assert.Equal(["a", "b", "d"], tags[..3].Order());
        Assert.Equal(["e", "c"], tags[3..]);
    }

    [Fact]
    public void One_wrong_call_among_perfect_hosts_is_no_reason()
    {
        var endpoints = Five();
        Fill(endpoints, wrong: [0, 0, 0, 0, 3]);

        var table = Evaluate(endpoints);

        Assert.All(endpoints, endpoint => Assert.Equal(QualityTier.Good, table.TierOf(endpoint)));
    }

    [Theory]
    [InlineData(AnswerFaults.Empty)]
    [InlineData(AnswerFaults.BadFinish)]
    [InlineData(AnswerFaults.BrokenStructure)]
    public void Empty_and_broken_answers_are_a_reason_of_their_own(AnswerFaults fault)
    {
        var endpoints = Five();
        Fill(endpoints, wrong: [0, 0, 0, 0, 40], fault);

        Assert.Equal(QualityReasons.Answers, Evaluate(endpoints).Find(endpoints[4])!.Reasons);
    }

    [Fact]
    public void A_slow_endpoint_is_tried_last()
    {
        var endpoints = Five();
        Fill(endpoints, wrong: [0, 0, 0, 0, 0], speeds: [100, 104, 96, 110, 30]);

        Assert.Equal(QualityReasons.Throughput, Evaluate(endpoints).Find(endpoints[4])!.Reasons);
    }

    [Fact]
    public void Fewer_than_four_providers_with_enough_data_are_not_compared()
    {
        var endpoints = Five();
        Fill(endpoints[..3], wrong: [0, 0, 190]);

        var table = Evaluate(endpoints);

        Assert.All(endpoints, endpoint => Assert.Equal(QualityTier.InsufficientData, table.TierOf(endpoint)));
    }

    [Theory]
    [InlineData(199, 300)]
    [InlineData(300, 99)]
    public void An_endpoint_with_too_few_requests_is_not_judged(int tools, int requests)
    {
        var endpoints = Five();
        Fill(endpoints[..4], wrong: [0, 0, 0, 0]);
        Record(endpoints[4], tools, wrong: tools, AnswerFaults.InvalidJson, requests, speed: 100);

        Assert.Equal(QualityTier.InsufficientData, Evaluate(endpoints).TierOf(endpoints[4]));
    }

    [Fact]
    public void What_happened_more_than_two_hours_ago_is_forgotten()
    {
        var endpoints = Five();
        Fill(endpoints, wrong: [0, 0, 0, 0, 100]);
        Assert.Equal(QualityTier.Deprioritised, Evaluate(endpoints).TierOf(endpoints[4]));

        _clock.Advance(2 * 3600 + 300);

        Assert.Equal(QualityTier.InsufficientData, Evaluate(endpoints).TierOf(endpoints[4]));
        Assert.Equal(default, _quality.Read(endpoints[4]));
    }

    [Fact]
    public void A_failed_benchmark_puts_an_endpoint_last_without_any_traffic()
    {
        var endpoints = Five();
        var scores = new Scores { [endpoints[0].Id] = new QualityScore(0.1, 9, IsFailed: true) };

        var table = _quality.Evaluate(Snapshot(Model("lab/model", endpoints)), scores);

        Assert.Equal(QualityReasons.Benchmark, table.Find(endpoints[0])!.Reasons);
        Assert.Equal("a", Tags(Plan(Request(endpoints) with { WantsTools = true }, _health))[^1]);
    }

    [Fact]
    public void A_score_below_the_cut_off_counts_once_it_has_enough_tasks()
    {
        var endpoints = Five();
        var scores = new Scores();
        foreach (var endpoint in endpoints)
        {
            scores[endpoint.Id] = new QualityScore(endpoint.Tag == "e" ? 0.6 : 0.95, 45, IsFailed: false);
        }

        Assert.Equal(QualityTier.Deprioritised, _quality.Evaluate(Snapshot(Model("lab/model", endpoints)), scores).TierOf(endpoints[4]));

        scores[endpoints[4].Id] = new QualityScore(0.6, 44, IsFailed: false);
        Assert.Equal(QualityTier.InsufficientData, _quality.Evaluate(Snapshot(Model("lab/model", endpoints)), scores).TierOf(endpoints[4]));
    }

    [Theory]
    [InlineData(null, "", true, true)]
    [InlineData(null, "", false, false)]
    [InlineData(RouteSort.Exacto, "", false, true)]
    [InlineData(null, ":exacto", false, true)]
    [InlineData(RouteSort.Price, "", true, false)]
    [InlineData(RouteSort.Price, ":exacto", true, false)]
    [InlineData(RouteSort.Throughput, "", true, false)]
    [InlineData(RouteSort.Latency, "", true, false)]
    [InlineData(RouteSort.Exacto, ":floor", true, true)]
    [InlineData(null, ":floor", true, false)]
    [InlineData(null, ":nitro", true, false)]
    public void Quality_decides_for_tools_and_where_it_is_asked_for(RouteSort? sort, string variant, bool tools, bool decides)
    {
        // The cheapest is the bad one, so that every other order begins with it, or draws it nearly always.
        var endpoints = Five(prices: [0.001m, 1, 1, 1, 1]);
        Fill(endpoints, wrong: [150, 0, 0, 0, 0], speeds: [200, 100, 100, 100, 100]);
        Evaluate(endpoints);

        var plan = Plan(
            Request(endpoints) with
            {
                Models = ["lab/model" + variant],
                WantsTools = tools,
                Preferences = sort is null ? null : new RoutePreferences { Sort = sort },
            },
            _health);

        Assert.Equal(decides ? 4 : 0, Array.IndexOf(Tags(plan), "a"));
    }

    [Fact]
    public void Within_the_best_tier_load_is_balanced_by_price()
    {
        var endpoints = Five(prices: [0.01m, 1, 3, 100, 100]);
        Fill(endpoints, wrong: [150, 0, 0, 0, 0]);
        Evaluate(endpoints);
        var request = Request(endpoints) with { WantsTools = true };
        var random = new Random(5);
        var firsts = new Dictionary<string, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var first = RoutePlanner.Plan(request, _health, random).Attempts[0].Endpoint.Tag;
            firsts[first] = firsts.GetValueOrDefault(first) + 1;
        }

        Assert.False(firsts.ContainsKey("a"));
        Assert.InRange((double)firsts["b"] / firsts["c"], 7.5, 10.5);
    }

    [Fact]
    public void A_good_endpoint_that_fails_now_comes_after_those_that_do_not()
    {
        var endpoints = Five();
        Fill(endpoints[..4], wrong: [0, 0, 0, 0]);
        Evaluate(endpoints);
        for (var i = 0; i < 200; i++)
        {
            _health.RecordFailure(endpoints[0], GatewayErrorKind.ProviderError, null);
        }

        Assert.Equal("a", Tags(Plan(Request(endpoints) with { WantsTools = true }, _health))[^1]);
    }

    [Fact]
    public void Quality_moves_endpoints_and_never_lets_one_in_or_out() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var endpoints = Names.Select(name => Endpoint(
                name, random.Next(1, 5), quantization: random.Next(2) == 0 ? "fp4" : "bf16",
                policy: random.Next(2) == 0 ? DataPolicy.Unknown : DataPolicy.Unknown with { Zdr = true })).ToArray();
            var health = new HealthRegistry(_clock);
            var request = Request(endpoints) with
            {
                WantsTools = true,
                Preferences = new RoutePreferences
                {
                    Zdr = random.Next(2) == 0,
                    Quantizations = random.Next(2) == 0 ? ["fp4"] : null,
                    Sort = random.Next(3) == 0 ? RouteSort.Exacto : null,
                },
            };
            var before = Plan(request, health, seed);
            var scores = new Scores();
            foreach (var endpoint in endpoints)
            {
                scores[endpoint.Id] = new QualityScore(random.NextDouble(), random.Next(90), random.Next(3) == 0);
            }

            var table = new QualityRegistry(health).Evaluate(request.Snapshot, scores);
            var after = Plan(request, health, seed);
            var tiers = after.Attempts.Select(attempt => table.TierOf(attempt.Endpoint)).ToList();
            return Tags(before).Order().SequenceEqual(Tags(after).Order()) && tiers.SequenceEqual(tiers.Order());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Memory_is_bounded_by_the_endpoints_and_not_by_the_traffic()
    {
        var endpoint = Five()[0];
        var findings = new AnswerFindings(true, true, AnswerFaults.InvalidJson);
        _quality.Record(endpoint, findings);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100_000; i++)
        {
            _quality.Record(endpoint, findings);
            _clock.Advance(1);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    private static Endpoint[] Five(decimal[]? prices = null) =>
        [.. Names.Select((name, i) => Endpoint(name, prices?[i] ?? 1))];

    private QualityTable Evaluate(Endpoint[] endpoints) =>
        _quality.Evaluate(Snapshot(Model("lab/model", endpoints)), new Scores());

    private void Fill(
        Endpoint[] endpoints, int[] wrong, AnswerFaults fault = AnswerFaults.SchemaMismatch, int[]? speeds = null)
    {
        for (var i = 0; i < endpoints.Length; i++)
        {
            Record(endpoints[i], 200, wrong[i], fault, requests: 100, speeds?[i] ?? 100);
        }
    }

    private void Record(Endpoint endpoint, int tools, int wrong, AnswerFaults fault, int requests, int speed)
    {
        for (var i = 0; i < tools; i++)
        {
            _quality.Record(endpoint, new AnswerFindings(true, false, i < wrong ? fault : AnswerFaults.None));
        }

        for (var i = 0; i < requests; i++)
        {
            _health.RecordSuccess(endpoint, latencyMs: 100, durationMs: 10_000, outputTokens: speed * 10);
        }
    }

    private sealed class Scores : Dictionary<string, QualityScore>, IQualityScores
    {
        public QualityScore? Find(Endpoint endpoint) => TryGetValue(endpoint.Id, out var score) ? score : null;
    }
}
