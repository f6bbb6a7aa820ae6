using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class FilterTests
{
    private static readonly DataPolicy Private = new() { TrainsOnPrompts = false, RetainsPrompts = false, Zdr = true };

    [Theory]
    [InlineData("deepinfra", "deepinfra/fp4,deepinfra/fp8")]
    [InlineData("DeepInfra", "deepinfra/fp4,deepinfra/fp8")]
    [InlineData("deepinfra/fp4", "deepinfra/fp4")]
    [InlineData("DEEPINFRA/FP4", "deepinfra/fp4")]
    [InlineData("Deep Infra", "deepinfra/fp4,deepinfra/fp8")]
    [InlineData("deep", "")]
    [InlineData("deepinfra/fp", "")]
    [InlineData("groq", "groq")]
    public void Names_mean_slugs_tags_and_display_names(string name, string expected)
    {
        var request = Request(
            Endpoint("deepinfra/fp4", 1, name: "Deep Infra"),
            Endpoint("deepinfra/fp8", 2, name: "Deep Infra"),
            Endpoint("groq", 3));
        var tags = expected.Split(',', StringSplitOptions.RemoveEmptyEntries);

        var only = Plan(request with { Preferences = new() { Only = [name], Sort = RouteSort.Price } });
        var ignore = Plan(request with { Preferences = new() { Ignore = [name], Sort = RouteSort.Price } });

        Assert.Equal(tags, Tags(only));
        Assert.Equal(new[] { "deepinfra/fp4", "deepinfra/fp8", "groq" }.Except(tags), Tags(ignore));
        Assert.All(Reasons(only).Values, reason => Assert.Equal(ExclusionReason.Only, reason));
        Assert.All(Reasons(ignore).Values, reason => Assert.Equal(ExclusionReason.Ignore, reason));
    }

    [Fact]
    public void Empty_lists_filter_nothing()
    {
        var request = Request(Endpoint("a"), Endpoint("b", 2)) with
        {
            Preferences = new() { Only = [], Ignore = [], Order = [], Quantizations = [], AllowFallbacks = true },
        };

        Assert.Equal(2, Plan(request).Attempts.Length);
    }

    [Fact]
    public void An_endpoint_without_a_key_is_not_tried()
    {
        var plan = Plan(Request(Endpoint("a", key: false), Endpoint("b", 9)));

        Assert.Equal(["b"], Tags(plan));
        Assert.Equal(ExclusionReason.NotRoutable, Reasons(plan)["a"]);
    }

    [Fact]
    public void Tools_demand_support_for_tools()
    {
        var request = Request(Endpoint("a", supported: Parameters.None), Endpoint("b", 9)) with { WantsTools = true };
        var hopeless = Request(Endpoint("a", supported: Parameters.Temperature)) with { WantsTools = true };

        Assert.Equal(["b"], Tags(Plan(request)));
        Assert.Equal(ExclusionReason.Tools, Reasons(Plan(request))["a"]);
        Assert.Equal(GatewayErrorKind.NoEndpoints, Plan(hopeless).Error!.Kind);
    }

    [Fact]
    public void A_JSON_schema_prefers_support_and_does_without()
    {
        var request = Request(
            Endpoint("a", supported: Parameters.None),
            Endpoint("b", 2, supported: Parameters.ResponseFormat),
            Endpoint("c", 3, supported: Parameters.ResponseFormat | Parameters.StructuredOutputs)) with
        {
            WantsJsonSchema = true,
            Used = Parameters.ResponseFormat,
        };

        Assert.Equal(["c"], Tags(Plan(request)));
        Assert.Equal(ExclusionReason.PreferredParameters, Reasons(Plan(request))["a"]);
        Assert.Equal(["b"], Tags(Plan(request with { Preferences = new() { Ignore = ["c"] } })));
        Assert.Equal(["a"], Tags(Plan(request with { Preferences = new() { Only = ["a"] } })));
    }

    [Fact]
    public void A_preferred_parameter_never_leaves_nothing()
    {
        var request = Request(
            Endpoint("a", supported: Parameters.ResponseFormat),
            Endpoint("b", 2, supported: Parameters.Verbosity)) with
        {
            Used = Parameters.ResponseFormat | Parameters.Verbosity,
        };

        Assert.Equal(["a"], Tags(Plan(request)));
    }

    [Theory]
    [InlineData(Modalities.Text | Modalities.Image, Modalities.Text, "b")]
    [InlineData(Modalities.Text, Modalities.Text | Modalities.Image, "c")]
    [InlineData(Modalities.Text, Modalities.Text, "a,b,c")]
    public void Kinds_of_content_must_be_taken_and_given(Modalities input, Modalities output, string expected)
    {
        var request = Request(
            Endpoint("a", 1),
            Endpoint("b", 2, input: Modalities.Text | Modalities.Image),
            Endpoint("c", 3, output: Modalities.Text | Modalities.Image)) with
        {
            Input = input,
            Output = output,
            Preferences = new() { Sort = RouteSort.Price },
        };

        Assert.Equal(expected.Split(','), Tags(Plan(request)));
        Assert.All(Reasons(Plan(request)).Values, reason => Assert.Equal(ExclusionReason.Modality, reason));
    }

    [Theory]
    [InlineData(600, 400, "small,large")]
    [InlineData(600, 401, "large")]
    [InlineData(1001, null, "large")]
    public void Prompt_and_output_must_fit_the_context(long prompt, int? output, string expected)
    {
        var request = Request(Endpoint("small", 1, context: 1000), Endpoint("large", 2, context: 2000)) with
        {
            EstimatedPromptTokens = prompt,
            MaxOutputTokens = output,
            Preferences = new() { Sort = RouteSort.Price },
        };

        Assert.Equal(expected.Split(','), Tags(Plan(request)));
        Assert.All(Reasons(Plan(request)).Values, reason => Assert.Equal(ExclusionReason.ContextLength, reason));
    }

    [Fact]
    public void The_models_context_holds_where_the_endpoint_states_none()
    {
        var model = new Model
        {
            Slug = "lab/model",
            Name = "Model",
            Author = "lab",
            CanonicalSlug = "lab/model",
            ContextLength = 100,
            Endpoints = [Endpoint("a")],
        };
        var request = new RouteRequest { Snapshot = Snapshot(model), Models = ["lab/model"], EstimatedPromptTokens = 101 };

        Assert.Equal(GatewayErrorKind.ContextLengthExceeded, Plan(request).Error!.Kind);
        Assert.Null(Plan(request with { EstimatedPromptTokens = 100 }).Error);
    }

    [Fact]
    public void The_wanted_output_must_be_possible()
    {
        var request = Request(Endpoint("short", 1, maxOutput: 500), Endpoint("long", 2, maxOutput: 5000), Endpoint("any", 3)) with
        {
            MaxOutputTokens = 501,
            Preferences = new() { Sort = RouteSort.Price },
        };

        Assert.Equal(["long", "any"], Tags(Plan(request)));
        Assert.Equal(ExclusionReason.MaxOutput, Reasons(Plan(request))["short"]);
    }

    [Fact]
    public void Required_parameters_must_all_be_honoured()
    {
        var request = Request(
            Endpoint("a", supported: Parameters.Temperature),
            Endpoint("b", 2, supported: Parameters.Temperature | Parameters.Seed | Parameters.MaxTokens)) with
        {
            Used = Parameters.Temperature | Parameters.Seed | Parameters.MaxCompletionTokens,
        };

        Assert.Equal(2, Plan(request).Attempts.Length);
        var strict = Plan(request with { Preferences = new() { RequireParameters = true } });
        Assert.Equal(["b"], Tags(strict));
        Assert.Equal(ExclusionReason.Parameters, Reasons(strict)["a"]);
    }

    [Fact]
    public void Unknown_data_policies_count_as_the_worst()
    {
        var request = Request(
            Endpoint("unknown", 1),
            Endpoint("trains", 2, policy: new DataPolicy { TrainsOnPrompts = true }),
            Endpoint("keeps", 3, policy: new DataPolicy { TrainsOnPrompts = false, RetainsPrompts = true }),
            Endpoint("private", 4, policy: Private));

        var deny = Plan(request with { Preferences = new() { DataCollectionDeny = true, Sort = RouteSort.Price } });
        var zdr = Plan(request with { Preferences = new() { Zdr = true } });

        Assert.Equal(["keeps", "private"], Tags(deny));
        Assert.Equal(ExclusionReason.DataCollection, Reasons(deny)["unknown"]);
        Assert.Equal(["private"], Tags(zdr));
        Assert.Equal(ExclusionReason.Zdr, Reasons(zdr)["keeps"]);
    }

    [Theory]
    [InlineData("fp4", "fp4,mxfp4,nvfp4")]
    [InlineData("FP8", "fp8,mxfp8")]
    [InlineData("mxfp4", "mxfp4")]
    [InlineData("bf16", "bf16")]
    [InlineData("unknown", "silent")]
    public void Number_formats_match_by_family(string wanted, string expected)
    {
        string[] formats = ["fp4", "mxfp4", "nvfp4", "fp8", "mxfp8", "bf16"];
        var price = 0;
        var request = Request(
            [.. formats.Select(format => Endpoint(format, ++price, quantization: format)), Endpoint("silent", 50)]) with
        {
            Preferences = new() { Quantizations = [wanted], Sort = RouteSort.Price },
        };

        Assert.Equal(expected.Split(','), Tags(Plan(request)));
        Assert.All(Reasons(Plan(request)).Values, reason => Assert.Equal(ExclusionReason.Quantization, reason));
    }

    public static TheoryData<PriceCeiling, string> Ceilings => new()
    {
        { new PriceCeiling(Prompt: 1), "a,c" },
        { new PriceCeiling(Prompt: 0.999999999m), "" },
        { new PriceCeiling(Completion: 1), "a,b" },
        { new PriceCeiling(Request: 0.009m), "a,b" },
        { new PriceCeiling(Image: 0.001m), "a,c" },
        { new PriceCeiling(Audio: 0), "b,c" },
        { new PriceCeiling(Prompt: decimal.MaxValue, Completion: decimal.MaxValue, Request: decimal.MaxValue), "a,b,c" },
    };

    [Theory]
    [MemberData(nameof(Ceilings))]
    public void Price_limits_are_hard(PriceCeiling ceiling, string expected)
    {
        var request = Request(
            Endpoint("a", prices: new PriceList { Prompt = PerMillion(1), Completion = default, AudioInput = PerMillion(1) }),
            Endpoint("b", prices: new PriceList { Prompt = PerMillion(2), Completion = default, ImageInput = UnitPrice.Parse("0.002") }),
            Endpoint("c", prices: new PriceList { Prompt = PerMillion(1), Completion = PerMillion(2), Request = UnitPrice.Parse("0.01") })) with
        {
            Preferences = new() { MaxPrice = ceiling, Order = ["a", "b", "c"] },
        };

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), Tags(Plan(request)));
        Assert.All(Reasons(Plan(request)).Values, reason => Assert.Equal(ExclusionReason.MaxPrice, reason));
    }

    [Fact]
    public void The_price_of_a_long_prompt_is_the_one_that_is_limited()
    {
        var long1 = new PriceList { Prompt = PerMillion(4), Completion = default };
        var prices = new PriceList { Prompt = PerMillion(1), Completion = default, Tiers = [new PriceTier(1000, long1)] };
        var request = Request(Endpoint("a", prices: prices)) with
        {
            Preferences = new() { MaxPrice = new PriceCeiling(Prompt: 2) },
            EstimatedPromptTokens = 1000,
        };

        Assert.Null(Plan(request).Error);
        Assert.Equal(GatewayErrorKind.NoEndpoints, Plan(request with { EstimatedPromptTokens = 1001 }).Error!.Kind);
    }
}
