using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Catalog.ServiceTier;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

/// <summary>One row for each sentence of the public reference on provider preferences, variants and service tiers: a request,
/// and the endpoints that its plan must hold, in their order.</summary>
public sealed class ReferenceTableTests
{
    private static readonly HealthRegistry Health = Measured();

    private static readonly DataPolicy Private = new() { TrainsOnPrompts = false, RetainsPrompts = false, Zdr = true };
    private static readonly DataPolicy Keeps = new() { TrainsOnPrompts = false, RetainsPrompts = true };
    private static readonly DataPolicy Trains = new() { TrainsOnPrompts = true };

    private static readonly Dictionary<string, (RouteRequest Request, string Expected)> Rows = new()
    {
        ["order: the named ones first in this order, then the rest"] =
            (Abc() with { Preferences = new() { Order = ["c", "b"] } }, "c,b,a"),
        ["order: disables load balancing"] =
            (Abc() with { Preferences = new() { Order = ["none-of-them"] } }, "a,b,c"),
        ["order without fallbacks: nothing beyond the list"] =
            (Abc() with { Preferences = new() { Order = ["c", "b"], AllowFallbacks = false } }, "c,b"),
        ["order and sort: the rest is sorted"] =
            (Abc() with { Preferences = new() { Order = ["b"], Sort = RouteSort.Throughput } }, "b,c,a"),
        ["allow_fallbacks false: only the primary"] =
            (Abc() with { Preferences = new() { AllowFallbacks = false, Sort = RouteSort.Price } }, "a"),
        ["only: nothing outside the list"] =
            (Abc() with { Preferences = Sorted(new() { Only = ["a", "c"] }) }, "a,c"),
        ["ignore: nothing inside the list"] =
            (Abc() with { Preferences = Sorted(new() { Ignore = ["a", "c"] }) }, "b"),
        ["only and ignore: both hold"] =
            (Abc() with { Preferences = Sorted(new() { Only = ["a", "b"], Ignore = ["a"] }) }, "b"),
        ["a base slug matches every variant and region"] =
            (Regions() with { Preferences = Sorted(new() { Only = ["vertex"] }) }, "vertex/eu,vertex/us,vertex/global"),
        ["a full slug matches one endpoint"] =
            (Regions() with { Preferences = Sorted(new() { Only = ["vertex/us"] }) }, "vertex/us"),
        ["display names are names, too"] =
            (Regions() with { Preferences = Sorted(new() { Only = ["Vertex Inc"], Ignore = ["VERTEX/EU"] }) }, "vertex/us,vertex/global"),
        ["require_parameters: every parameter sent must be supported"] =
            (Request(
                Endpoint("a", 1, supported: Parameters.Temperature),
                Endpoint("b", 2, supported: Parameters.Temperature | Parameters.Seed)) with
            {
                Used = Parameters.Temperature | Parameters.Seed,
                Preferences = new() { RequireParameters = true },
            }, "b"),
        ["require_parameters: unsupported ones are dropped without it"] =
            (Request(
                Endpoint("a", 1, supported: Parameters.Temperature),
                Endpoint("b", 2, supported: Parameters.Temperature | Parameters.Seed)) with
            {
                Used = Parameters.Temperature | Parameters.Seed,
                Preferences = new() { Sort = RouteSort.Price },
            }, "a,b"),
        ["require_parameters: a JSON schema needs structured outputs"] =
            (Request(
                Endpoint("a", 1, supported: Parameters.ResponseFormat),
                Endpoint("b", 2, supported: Parameters.StructuredOutputs)) with
            {
                Used = Parameters.ResponseFormat,
                WantsJsonSchema = true,
                Preferences = new() { RequireParameters = true },
            }, "b"),
        ["require_parameters: effort and reasoning are one wish"] =
            (Request(
                Endpoint("a", 1, supported: Parameters.Reasoning),
                Endpoint("b", 2, supported: Parameters.None)) with
            {
                Used = Parameters.ReasoningEffort | Parameters.IncludeReasoning,
                Preferences = new() { RequireParameters = true },
            }, "a"),
        ["tools, response_format and verbosity are preferred even when not required"] =
            (Request(
                Endpoint("a", 1, supported: Parameters.Tools),
                Endpoint("b", 2, supported: Parameters.Tools | Parameters.Verbosity)) with
            {
                WantsTools = true,
                Used = Parameters.Tools | Parameters.Verbosity,
            }, "b"),
        ["data_collection deny: only who does not train, unknown is assumed to"] =
            (Policies() with { Preferences = Sorted(new() { DataCollectionDeny = true }) }, "private,keeps"),
        ["zdr: only zero data retention"] =
            (Policies() with { Preferences = Sorted(new() { Zdr = true }) }, "private"),
        ["zdr and data_collection allow: zdr holds"] =
            (Policies() with { Preferences = Sorted(new() { Zdr = true, DataCollectionDeny = false }) }, "private"),
        ["zdr with order: what is named and keeps prompts stays out"] =
            (Policies() with { Preferences = new() { Zdr = true, Order = ["keeps", "private"] } }, "private"),
        ["quantizations: fp4 covers mxfp4 and nvfp4"] =
            (Formats() with { Preferences = Sorted(new() { Quantizations = ["fp4"] }) }, "a,b,c"),
        ["quantizations: fp8 covers mxfp8"] =
            (Formats() with { Preferences = Sorted(new() { Quantizations = ["fp8"] }) }, "d"),
        ["quantizations: unknown is a format of its own"] =
            (Formats() with { Preferences = Sorted(new() { Quantizations = ["unknown", "mxfp4"] }) }, "b,e"),
        ["sort price: cheapest first"] =
            (Abc() with { Preferences = new() { Sort = RouteSort.Price } }, "a,b,c"),
        ["sort throughput: most tokens a second first"] =
            (Abc() with { Preferences = new() { Sort = RouteSort.Throughput } }, "c,b,a"),
        ["sort latency: shortest time to the first token first"] =
            (Abc() with { Preferences = new() { Sort = RouteSort.Latency } }, "b,c,a"),
        ["partition model: models stay in the caller's order"] =
            (Two() with { Preferences = new() { Sort = RouteSort.Price, PartitionNone = false } }, "y,a,b"),
        ["partition none: endpoints of all models together"] =
            (Two() with { Preferences = new() { Sort = RouteSort.Price, PartitionNone = true } }, "a,b,y"),
        ["max_price: prompt in dollars per million tokens"] =
            (Abc() with { Preferences = Sorted(new() { MaxPrice = new(Prompt: 2) }) }, "a,b"),
        ["max_price: completion"] =
            (Priced() with { Preferences = Sorted(new() { MaxPrice = new(Completion: 5) }) }, "plain,request,image,audio"),
        ["max_price: request"] =
            (Priced() with { Preferences = Sorted(new() { MaxPrice = new(Request: 0.001m) }) }, "plain,image,audio,completion"),
        ["max_price: image"] =
            (Priced() with { Preferences = Sorted(new() { MaxPrice = new(Image: 0.001m) }) }, "plain,request,audio,completion"),
        ["max_price: audio"] =
            (Priced() with { Preferences = Sorted(new() { MaxPrice = new(Audio: 0.0000001m) }) }, "plain,request,image,completion"),
        ["max_price: all parts hold together"] =
            (Priced() with { Preferences = Sorted(new() { MaxPrice = new(1, 5, 0, 0, 0) }) }, "plain"),
        ["max_price: holds whatever the order"] =
            (Abc() with { Preferences = new() { MaxPrice = new(Prompt: 2), Order = ["c", "b", "a"] } }, "b,a"),
        ["preferred_min_throughput: who misses it comes last"] =
            (Abc() with { Preferences = new() { PreferredMinThroughput = new(50), Sort = RouteSort.Price } }, "b,c,a"),
        ["preferred_min_throughput: never blocks"] =
            (Abc() with { Preferences = new() { PreferredMinThroughput = new(5_000), Sort = RouteSort.Price } }, "a,b,c"),
        ["preferred_max_latency: in seconds"] =
            (Abc() with { Preferences = new() { PreferredMaxLatency = new(0.5), Sort = RouteSort.Price } }, "b,c,a"),
        ["preferred thresholds: all cut-offs must hold"] =
            (Abc() with
            {
                Preferences = new() { PreferredMaxLatency = new(5, P99: 0.15), Sort = RouteSort.Throughput },
            }, "b,c,a"),
        ["preferred thresholds: an endpoint without data misses none"] =
            (Request(Endpoint("a", 1), Endpoint("new", 9)) with
            {
                Preferences = new() { PreferredMinThroughput = new(50), Sort = RouteSort.Price },
            }, "new,a"),
        ["preferred thresholds: a fallback model that keeps them goes first"] =
            (Slow() with { Preferences = new() { PreferredMinThroughput = new(50), Sort = RouteSort.Price } }, "b,a"),
        ["data_regions: the endpoint's region or one inside it"] =
            (Regions() with { Preferences = Sorted(new() { DataRegions = ["eu"] }) }, "vertex/eu,bedrock/eu-west-1,nordic"),
        ["data_regions: all data centres inside"] =
            (Regions() with { Preferences = Sorted(new() { DataRegions = ["us"] }) }, "vertex/us"),
        ["data_regions: several"] =
            (Regions() with { Preferences = Sorted(new() { DataRegions = ["us", "eu"] }) },
                "vertex/eu,vertex/us,bedrock/eu-west-1,nordic,both"),
        ["data_regions: global and unknown are in no region"] =
            (Regions() with { Preferences = Sorted(new() { DataRegions = ["jp"] }) }, ""),
        ["enforce_distillable_text: unknown is not distillable"] =
            (Abc() with { Preferences = Sorted(new() { EnforceDistillableText = true }) }, ""),
        [":nitro sorts by throughput and admits priority endpoints"] =
            (Tiers() with { Models = ["lab/model:nitro"] }, "c,openai/priority,openai"),
        [":floor sorts by price and admits flex endpoints"] =
            (Tiers() with { Models = ["lab/model:floor"] }, "openai/flex,openai,c"),
        ["order switches off the tiers of :nitro"] =
            (Tiers() with { Models = ["lab/model:nitro"], Preferences = new() { Order = ["openai"] } }, "openai,c"),
        ["service_tier default switches off the tiers of :floor"] =
            (Tiers() with { Models = ["lab/model:floor"], Tier = TierWish.Default }, "openai,c"),
        ["tier endpoints are opt-in"] =
            (Tiers() with { Preferences = new() { Sort = RouteSort.Price } }, "openai,c"),
        ["a base slug does not match tier endpoints"] =
            (Tiers() with { Preferences = Sorted(new() { Only = ["openai"] }) }, "openai"),
        ["a base slug does not match tier endpoints even when the tier is asked for"] =
            (Tiers() with { Tier = TierWish.Priority, Preferences = Sorted(new() { Only = ["openai"] }) }, "openai"),
        ["a tier slug in only admits the tier"] =
            (Tiers() with { Preferences = Sorted(new() { Only = ["openai/priority"] }) }, "openai/priority"),
        ["a tier slug in order admits the tier"] =
            (Tiers() with { Preferences = new() { Order = ["openai/priority", "openai"] } }, "openai/priority,openai,c"),
        ["ignore of a base slug covers its tiers"] =
            (Tiers() with { Tier = TierWish.Priority, Preferences = Sorted(new() { Ignore = ["openai"] }) }, "c"),
        ["service_tier priority: tier endpoints first, then normal ones"] =
            (Tiers() with { Tier = TierWish.Priority, Preferences = new() { Sort = RouteSort.Price } }, "openai/priority,openai,c"),
        ["service_tier flex: flex only"] = (Tiers() with { Tier = TierWish.Flex }, "openai/flex"),
        ["service_tier flex: hard filters hold, and there is no way back to the default"] =
            (Tiers() with { Tier = TierWish.Flex, Preferences = new() { Zdr = true } }, ""),
        ["service_tier flex: a model without flex endpoints routes normally"] =
            (Abc() with { Tier = TierWish.Flex, Preferences = new() { Sort = RouteSort.Price } }, "a,b,c"),
        [":free and zdr: both hold"] =
            (Policies() with { Models = ["lab/model:free"], Preferences = new() { Zdr = true } }, ""),
        ["an explicit sort wins over the variant"] =
            (Abc() with { Models = ["lab/model:nitro"], Preferences = new() { Sort = RouteSort.Price } }, "a,b,c"),
        ["the variant wins over a default sort of the account"] =
            (Abc() with { Models = ["lab/model:nitro"], Preferences = new() { DefaultSort = RouteSort.Price } }, "c,b,a"),
        ["a default sort of the account disables load balancing"] =
            (Abc() with { Preferences = new() { DefaultSort = RouteSort.Throughput } }, "c,b,a"),
        ["variants stack: the last of two sorts counts"] =
            (Abc() with { Models = ["lab/model:nitro:floor"] }, "a,b,c"),
        ["variants stack: free and sorted"] =
            (Request(Endpoint("a", 0), Endpoint("b", 0), Endpoint("c", 3)) with { Models = ["lab/model:free:nitro"] }, "b,a"),
    };

    public static TheoryData<string> Sentences => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Sentences))]
    public void The_planner_does_as_the_reference_says(string sentence)
    {
        var (request, expected) = Rows[sentence];

        var plan = Plan(request, Health);

        Assert.Equal(expected, string.Join(',', Tags(plan)));
        Assert.Equal(expected.Length == 0, plan.Error is not null);
    }

    private static RoutePreferences Sorted(RoutePreferences preferences) => preferences with { Sort = RouteSort.Price };

    private static RouteRequest Abc() => Request(Endpoint("a", 1), Endpoint("b", 2), Endpoint("c", 3));

    private static RouteRequest Policies() => Request(
        Endpoint("private", 1, policy: Private),
        Endpoint("keeps", 2, policy: Keeps),
        Endpoint("trains", 3, policy: Trains),
        Endpoint("unknown", 4));

    private static RouteRequest Formats() => Request(
        Endpoint("a", 1, quantization: "fp4"),
        Endpoint("b", 2, quantization: "mxfp4"),
        Endpoint("c", 3, quantization: "nvfp4"),
        Endpoint("d", 4, quantization: "mxfp8"),
        Endpoint("e", 5));

    private static RouteRequest Regions() => Request(
        Endpoint("vertex/eu", 1, region: "eu"),
        Endpoint("vertex/us", 2, region: "us"),
        Endpoint("vertex/global", 3, region: "global"),
        Endpoint("bedrock/eu-west-1", 4, region: "eu-west-1"),
        Endpoint("nordic", 5, datacenters: ["FI", "SE"]),
        Endpoint("both", 6, datacenters: ["US", "NL"]),
        Endpoint("unknown", 7));

    private static RouteRequest Tiers() => Request(
        Endpoint("openai/flex", 1, tier: Flex),
        Endpoint("openai", 2),
        Endpoint("c", 3),
        Endpoint("openai/priority", 4, tier: Priority));

    private static RouteRequest Priced()
    {
        var list = new PriceList { Prompt = PerMillion(1), Completion = PerMillion(2) };
        var unit = new UnitPrice(5_000_000_000_000);
        return Request(
            Endpoint("plain", prices: list),
            Endpoint("request", prices: list with { Prompt = PerMillion(1.1m), Request = unit }),
            Endpoint("image", prices: list with { Prompt = PerMillion(1.2m), ImageInput = unit }),
            Endpoint("audio", prices: list with { Prompt = PerMillion(1.3m), AudioInput = unit }),
            Endpoint("completion", prices: list with { Completion = PerMillion(9) }));
    }

    private static RouteRequest Two() => new()
    {
        Snapshot = Snapshot(
            Model("lab/dear", Endpoint("y", 9, "lab/dear")),
            Model("lab/cheap", Endpoint("b", 2, "lab/cheap"), Endpoint("a", 1, "lab/cheap"))),
        Models = ["lab/dear", "lab/cheap"],
        MaxAttempts = 10,
    };

    private static RouteRequest Slow() => new()
    {
        Snapshot = Snapshot(Model("lab/model", Endpoint("a", 1)), Model("lab/next", Endpoint("b", 9, "lab/next"))),
        Models = ["lab/model", "lab/next"],
        MaxAttempts = 10,
    };

    // a: 10 tokens a second, first one after a second; b: 100, after a tenth; c: 1,000, after a fifth.
    private static HealthRegistry Measured()
    {
        var health = new HealthRegistry(new ManualClock());
        foreach (var (tag, latency, tokens) in new[] { ("a", 1_000, 10), ("b", 100, 100), ("c", 200, 1_000) })
        {
            health.RecordSuccess(Endpoint(tag), latency, 1_000, tokens);
        }

        health.RecordSuccess(Endpoint("b", model: "lab/next"), 100, 1_000, 100);
        health.RecordSuccess(Endpoint("openai"), 500, 1_000, 20);
        health.RecordSuccess(Endpoint("openai/priority"), 200, 1_000, 200);
        return health;
    }
}
