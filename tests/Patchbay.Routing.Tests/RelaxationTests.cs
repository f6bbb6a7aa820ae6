using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

/// <summary>What a refusal advises: the smallest change that would leave an endpoint, and it does.</summary>
public sealed class RelaxationTests
{
    private static readonly DataPolicy Private = new() { TrainsOnPrompts = false, Zdr = true };

    private static readonly Dictionary<string, (RouteRequest Request, string Field, string Code)> Rows = new()
    {
        ["allow a in provider.only"] = (
            Request(Endpoint("a"), Endpoint("b", 2)) with { Preferences = new() { Only = ["x"] } },
            "provider.only", "constraint_filtered"),
        ["take a out of provider.ignore"] = (
            Request(Endpoint("a")) with { Preferences = new() { Ignore = ["a"] } },
            "provider.ignore", "constraint_filtered"),
        ["set provider.allow_fallbacks to true"] = (
            Request(Endpoint("a")) with { Preferences = new() { Order = ["x"], AllowFallbacks = false } },
            "provider.allow_fallbacks", "constraint_filtered"),
        ["send no image"] = (
            Request(Endpoint("a")) with { Input = Modalities.Text | Modalities.Image }, "messages", "constraint_filtered"),
        ["ask for no image"] = (
            Request(Endpoint("a")) with { Output = Modalities.Text | Modalities.Image }, "modalities", "constraint_filtered"),
        ["leave tools away"] = (
            Request(Endpoint("a", supported: Parameters.Seed)) with { WantsTools = true }, "tools", "constraint_filtered"),
        ["drop provider.require_parameters or seed, stop"] = (
            Request(Endpoint("a", supported: Parameters.TopP)) with
            {
                Used = Parameters.Seed | Parameters.Stop | Parameters.TopP,
                Preferences = new() { RequireParameters = true },
            }, "provider.require_parameters", "constraint_filtered"),
        ["set provider.data_collection to allow"] = (
            Request(Endpoint("a")) with { Preferences = new() { DataCollectionDeny = true } },
            "provider.data_collection", "privacy_restricted"),
        ["drop provider.zdr"] = (
            Request(Endpoint("a")) with { Preferences = new() { Zdr = true } }, "provider.zdr", "privacy_restricted"),
        ["allow eu in provider.data_regions"] = (
            Request(Endpoint("a", region: "eu")) with { Preferences = new() { DataRegions = ["us"] } },
            "provider.data_regions", "region_restricted"),
        ["drop provider.data_regions"] = (
            Request(Endpoint("a")) with { Preferences = new() { DataRegions = ["us"] } },
            "provider.data_regions", "region_restricted"),
        ["drop provider.enforce_distillable_text"] = (
            Request(Endpoint("a")) with { Preferences = new() { EnforceDistillableText = true } },
            "provider.enforce_distillable_text", "constraint_filtered"),
        ["allow fp8 in provider.quantizations"] = (
            Request(Endpoint("a", quantization: "fp8")) with { Preferences = new() { Quantizations = ["bf16"] } },
            "provider.quantizations", "constraint_filtered"),
        ["raise provider.max_price.prompt to 1.5"] = (
            Request(Endpoint("a", 1.5m), Endpoint("b", 3)) with { Preferences = new() { MaxPrice = new(Prompt: 1) } },
            "provider.max_price.prompt", "constraint_filtered"),
        ["raise provider.max_price.prompt to 2 and provider.max_price.completion to 15"] = (
            Request(Endpoint("a", prices: new PriceList { Prompt = PerMillion(2), Completion = PerMillion(15) })) with
            {
                Preferences = new() { MaxPrice = new(1, 10) },
            }, "provider.max_price", "constraint_filtered"),
        ["ask for lab/model without :free"] = (
            Request(Endpoint("a")) with { Models = ["lab/model:free"] }, "model", "free_variant_ended"),
        ["leave service_tier away"] = (
            Request(Endpoint("a", policy: Private), Endpoint("a/flex", tier: ServiceTier.Flex)) with
            {
                Tier = TierWish.Flex,
                Preferences = new() { Zdr = true },
            }, "service_tier", "constraint_filtered"),
        ["set service_tier to priority"] = (
            Request(Endpoint("a/priority", tier: ServiceTier.Priority)), "service_tier", "constraint_filtered"),
        ["raise provider.max_price.prompt to 9"] = (
            Request(Endpoint("cheap"), Endpoint("private", 9, policy: Private)) with
            {
                Preferences = new() { Zdr = true, MaxPrice = new(Prompt: 5) },
            }, "provider.max_price.prompt", "constraint_filtered"),
        ["drop provider.zdr and raise provider.max_price.prompt to 9"] = (
            Request(Endpoint("a", 9)) with { Preferences = new() { Zdr = true, MaxPrice = new(Prompt: 5) } },
            "provider.zdr", "privacy_restricted"),
    };

    public static TheoryData<string> Advice => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Advice))]
    public void A_refusal_advises_the_nearest_change(string advice)
    {
        var (request, field, code) = Rows[advice];

        var error = Plan(request).Error!;

        Assert.EndsWith(". Nearest change: " + advice, error.Message, StringComparison.Ordinal);
        Assert.Equal((field, advice, code), (error.Availability!.Field, error.Availability.Detail, error.Availability.Code));
        Assert.False(error.Availability.Retryable);
        Assert.StartsWith("lab/model", Assert.Single(error.Availability.RequestedModels), StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_the_operator_can_change_is_not_advised()
    {
        var error = Plan(Request(Endpoint("a", key: false)) with { Preferences = new() { Zdr = true } }).Error!;

        Assert.DoesNotContain("Nearest change", error.Message, StringComparison.Ordinal);
        Assert.Equal("no_endpoints", error.Availability!.Code);
        Assert.Null(error.Availability.Field);
    }

    [Fact]
    public void The_conditions_and_the_providers_that_they_hit_are_listed_once()
    {
        var request = Request(
            Endpoint("a/x"), Endpoint("a/y", 2), Endpoint("b", 3, policy: Private), Endpoint("b/flex", 1, tier: ServiceTier.Flex)) with
        {
            Preferences = new() { Zdr = true, Ignore = ["b"] },
        };

        var availability = Plan(request).Error!.Availability!;

        Assert.Equal(["data_policy:zdr", "allowed_providers"], availability.ExcludedBy);
        Assert.Equal(["a", "b"], availability.AffectedProviders);
    }

    [Fact]
    public void A_pause_is_told_as_one_that_ends()
    {
        var health = new HealthRegistry(new ManualClock());
        var endpoint = Endpoint("a");
        health.RecordFailure(endpoint, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(7));

        var availability = Plan(Request(endpoint), health).Error!.Availability!;

        Assert.Equal(("temporarily_unavailable", true), (availability.Code, availability.Retryable));
    }
}
