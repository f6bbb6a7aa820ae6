using FsCheck;
using FsCheck.Fluent;
using Patchbay.Catalog;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class RouteDefaultsTests
{
    private static readonly string[] Tags_ = ["a", "b/fp8", "c", "d/fp8"];

    [Fact]
    public void Without_levels_the_request_stays_as_it_is()
    {
        var request = new RoutePreferences { Zdr = true };

        Assert.Same(request, RouteDefaults.Merge([], null, request));
        Assert.Null(RouteDefaults.Merge([], null, null));
    }

    [Fact]
    public void Wishes_come_from_the_innermost_level_that_has_one()
    {
        var account = new RoutePreferences
        {
            Order = ["a"],
            AllowFallbacks = false,
            Sort = RouteSort.Price,
            PartitionNone = true,
            PreferredMaxLatency = new(1),
        };
        var workspace = new RoutePreferences { Order = ["b"], PreferredMinThroughput = new(5) };
        var preset = new RoutePreferences { AllowFallbacks = true, PreferredMaxLatency = new(2) };

        var merged = RouteDefaults.Merge([account, workspace], preset, new RoutePreferences())!;

        Assert.Equal(["b"], merged.Order);
        Assert.True(merged.AllowFallbacks);
        Assert.Equal(RouteSort.Price, merged.DefaultSort);
        Assert.Null(merged.Sort);
        Assert.True(merged.PartitionNone);
        Assert.Equal(new PercentileLimits(2), merged.PreferredMaxLatency);
        Assert.Equal(new PercentileLimits(5), merged.PreferredMinThroughput);
    }

    [Fact]
    public void A_sort_of_the_request_leaves_the_accounts_partition_alone()
    {
        var account = new RoutePreferences { Sort = RouteSort.Price, PartitionNone = true };

        var merged = RouteDefaults.Merge([account], null, new RoutePreferences { Sort = RouteSort.Latency })!;

        Assert.Equal((RouteSort.Latency, null, null), (merged.Sort, merged.DefaultSort, merged.PartitionNone));
    }

    [Fact]
    public void A_preset_fills_what_the_request_leaves_open()
    {
        var preset = new RoutePreferences { Only = ["a"], Ignore = ["b"], Zdr = true, MaxPrice = new(1) };

        var merged = RouteDefaults.Merge([], preset, new RoutePreferences { Only = ["c"] })!;

        Assert.Equal(["c"], merged.Only);
        Assert.Equal(["b"], merged.Ignore);
        Assert.True(merged.Zdr);
        Assert.Equal(new PriceCeiling(1), merged.MaxPrice);
    }

    [Fact]
    public void The_accounts_list_is_the_ceiling_of_the_requests()
    {
        var account = new RoutePreferences { Path = "routing", Only = ["a", "b"] };
        RoutePlan PlanFor(params string[] only) => Plan(Request(Endpoint("a"), Endpoint("b", 2), Endpoint("c", 3)) with
        {
            Preferences = RouteDefaults.Merge([account], null, new RoutePreferences { Only = only }),
        });

        Assert.Equal(["b"], Tags(PlanFor("b", "c")));
        Assert.Equal(
            "No endpoints found for lab/model: 2 endpoints (a, b) are not in provider.only, which permits only c; 1 endpoint (c) is not in routing.only, which permits only a, b. Nearest change: allow a in provider.only",
            PlanFor("c").Error!.Message);
    }

    [Fact]
    public void A_refusal_names_the_level_that_refuses()
    {
        var account = new RoutePreferences { Path = "routing", Zdr = true };
        var request = Request(Endpoint("a")) with { Preferences = RouteDefaults.Merge([account], null, null) };

        var error = Plan(request).Error!;

        Assert.Equal(
            "No endpoints found for lab/model: 1 endpoint has no zero data retention (routing.zdr). Nearest change: drop routing.zdr",
            error.Message);
        Assert.Equal("routing.zdr", error.Parameter);
    }

    /// <summary>What passes all levels joined is exactly what passes each of them alone: so none relaxes another.</summary>
    [Fact]
    public void No_level_relaxes_a_condition_of_another() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var endpoints = Array.ConvertAll(Tags_, tag => Draw(tag, random));
            RoutePreferences[] levels = [Draw(random), Draw(random), Draw(random)];
            var own = Draw(random);

            var joined = Eligible(endpoints, RouteDefaults.Merge(levels, null, own));
            var each = levels.Append(own)
                .Select(level => Eligible(endpoints, level with { Order = null, AllowFallbacks = null }))
                .Aggregate((left, right) => [.. left.Intersect(right)]);
            return joined.SetEquals(each);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    private static HashSet<string> Eligible(Endpoint[] endpoints, RoutePreferences? preferences) =>
        [.. Tags(Plan(Request(endpoints) with { Preferences = preferences }))];

    private static Endpoint Draw(string tag, Random random) => Endpoint(
        tag,
        random.Next(1, 6),
        quantization: tag.EndsWith("fp8", StringComparison.Ordinal) ? "fp8" : null,
        region: random.Next(2) == 0 ? "eu" : "us",
        policy: new DataPolicy { TrainsOnPrompts = random.Next(2) == 0, Zdr = random.Next(2) == 0 });

    private static RoutePreferences Draw(Random random)
    {
        bool Rarely() => random.Next(5) == 0;
        string[]? Some(params string[] names) => Rarely() ? [.. names.Where(_ => random.Next(3) > 0)] : null;
        return new RoutePreferences
        {
            Only = Some("a", "b", "d/fp8", "C Inc"),
            Ignore = Some("a", "d"),
            Order = Some("b", "c"),
            Zdr = Rarely(),
            DataCollectionDeny = Rarely(),
            DataRegions = Some("eu", "us"),
            Quantizations = Some("fp8", "unknown"),
            MaxPrice = Rarely() ? new PriceCeiling(random.Next(1, 6)) : null,
            Sort = Rarely() ? RouteSort.Throughput : null,
            PreferredMinThroughput = Rarely() ? new(10) : null,
        };
    }
}
