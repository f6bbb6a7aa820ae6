using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class RefusalTests
{
    [Fact]
    public void Several_unknown_models_are_all_named()
    {
        var error = Plan(Request() with { Models = ["x/y", "x/z"] }).Error!;

        Assert.Equal(GatewayErrorKind.ModelNotFound, error.Kind);
        Assert.Equal("'x/y', 'x/z' are not valid model IDs", error.Message);
        Assert.Equal("models", error.Parameter);
    }

    [Fact]
    public void No_model_at_all_is_an_invalid_request() =>
        Assert.Equal(GatewayErrorKind.InvalidRequest, Plan(Request() with { Models = [] }).Error!.Kind);

    [Fact]
    public void Missing_keys_are_named_by_their_variables()
    {
        var plan = Plan(Request(Endpoint("deepseek", key: false), Endpoint("together", 2, key: false)));

        AssertRefused(
            plan,
            "No endpoints found for lab/model: 2 endpoints have no provider key (set DEEPSEEK_API_KEY or TOGETHER_API_KEY)");
    }

    [Fact]
    public void Many_missing_keys_are_cut_short()
    {
        var plan = Plan(Request([.. Enumerable.Range(1, 6).Select(i => Endpoint($"p{i}", i, key: false))]));

        AssertRefused(
            plan,
            "No endpoints found for lab/model: 6 endpoints have no provider key (set P1_API_KEY, P2_API_KEY, P3_API_KEY, P4_API_KEY or one of 2 others)");
    }

    [Fact]
    public void A_provider_without_a_variable_is_named_itself()
    {
        var endpoint = Endpoint("own", key: false);
        var provider = new ProviderListing { Slug = "own", Name = "Own", BaseUrl = null };
        var bare = new Endpoint
        {
            Id = "own|lab/model|bare",
            Provider = provider,
            Tag = "own",
            ModelSlug = endpoint.ModelSlug,
            UpstreamModel = "bare",
            Prices = endpoint.Prices,
        };

        AssertRefused(
            Plan(Request(bare)),
            "No endpoints found for lab/model: 1 endpoint has no provider key (give the key and address of own in the configuration file)");
    }

    [Fact]
    public void A_key_is_not_asked_for_where_it_would_not_help()
    {
        var prices = new PriceList { Prompt = UnitPrice.Free, Completion = UnitPrice.Free };
        var strange = new Endpoint
        {
            Id = "strange|lab/model|up",
            Provider = new ProviderListing
            {
                Slug = "strange",
                Name = "Strange",
                Protocol = "smoke-signals",
                IsSpoken = false,
                BaseUrl = new Uri("http://127.0.0.1/strange/"),
                ApiKeyEnv = ["STRANGE_KEY"],
            },
            Tag = "strange",
            ModelSlug = "lab/model",
            UpstreamModel = "up",
            Prices = prices,
        };
        var unpriced = new Endpoint
        {
            Id = "secretive|lab/model|up",
            Provider = Endpoint("secretive").Provider,
            Tag = "secretive",
            ModelSlug = "lab/model",
            UpstreamModel = "up",
            Prices = prices,
            PriceKnown = false,
        };

        AssertRefused(
            Plan(Request(strange, unpriced, Endpoint("deepseek", key: false))),
            "No endpoints found for lab/model: 1 endpoint speaks an API that this release does not (smoke-signals); 1 endpoint has no known price or model id (give model and price of secretive in the configuration file); 1 endpoint has no provider key (set DEEPSEEK_API_KEY)");
        AssertRefused(
            Plan(Request(unpriced) with { Models = ["lab/model:free"] }),
            "No endpoints found for lab/model:free: 1 endpoint has no known price or model id (give model and price of secretive in the configuration file)");
    }

    [Fact]
    public void A_setting_of_the_address_is_named_with_the_key()
    {
        var endpoint = new Endpoint
        {
            Id = "cloud|lab/model|up",
            Provider = new ProviderListing
            {
                Slug = "cloud",
                Name = "Cloud",
                MissingSettings = ["CLOUD_RESOURCE"],
                ApiKeyEnv = ["CLOUD_KEY"],
            },
            Tag = "cloud",
            ModelSlug = "lab/model",
            UpstreamModel = "up",
            Prices = Endpoint("a").Prices,
        };

        AssertRefused(
            Plan(Request(endpoint)),
            "No endpoints found for lab/model: 1 endpoint has no provider key (set CLOUD_RESOURCE and CLOUD_KEY)");
    }

    [Fact]
    public void Every_filter_is_counted_and_named()
    {
        var request = Request(
            Endpoint("a", supported: Parameters.None),
            Endpoint("b", 2),
            Endpoint("c", 3),
            Endpoint("d", 50, policy: new DataPolicy { TrainsOnPrompts = false, Zdr = true })) with
        {
            WantsTools = true,
            Preferences = new() { Zdr = true, Ignore = ["c"], MaxPrice = new PriceCeiling(Prompt: 10) },
        };

        AssertRefused(
            Plan(request),
            "No endpoints found for lab/model: 1 endpoint is in provider.ignore; 1 endpoint does not support tools; 1 endpoint has no zero data retention (provider.zdr); 1 endpoint is above provider.max_price. Nearest change: raise provider.max_price.prompt to 50");
    }

    [Fact]
    public void A_single_filter_names_its_member()
    {
        var plan = Plan(Request(Endpoint("openai"), Endpoint("groq", 2)) with { Preferences = new() { Only = ["azure"] } });

        AssertRefused(
            plan,
            "No endpoints found for lab/model: 2 endpoints (openai, groq) are not in provider.only, which permits only azure. Nearest change: allow openai in provider.only");
        Assert.Equal("provider.only", plan.Error!.Parameter);
    }

    [Fact]
    public void Tools_are_named_when_nobody_supports_them()
    {
        var plan = Plan(Request(Endpoint("a", supported: Parameters.Seed)) with { WantsTools = true });

        AssertRefused(plan, "No endpoints found for lab/model: 1 endpoint does not support tools. Nearest change: leave tools away");
        Assert.Equal("tools", plan.Error!.Parameter);
    }

    [Fact]
    public void A_model_without_endpoints_says_so() =>
        AssertRefused(
            Plan(Request()), "No endpoints found for lab/model: no provider in the catalogue serves it");

    [Fact]
    public void A_prompt_that_is_too_long_gets_the_numbers()
    {
        var request = Request(Endpoint("a", context: 1000), Endpoint("b", 2, context: 8000), Endpoint("c", 3, key: false)) with
        {
            EstimatedPromptTokens = 9000,
            MaxOutputTokens = 500,
        };
        var error = Plan(request).Error!;

        Assert.Equal(GatewayErrorKind.ContextLengthExceeded, error.Kind);
        Assert.Equal(
            "The maximum context length of lab/model is 8000 tokens, but the request needs about 9500 tokens (9000 of prompt and 500 of output); shorten the prompt or lower max_tokens",
            error.Message);
        Assert.Equal("messages", error.Parameter);
        Assert.Equal("max_tokens", Plan(request with { EstimatedPromptTokens = 7900 }).Error!.Parameter);
    }

    [Fact]
    public void An_output_that_is_too_long_gets_the_numbers()
    {
        var error = Plan(Request(Endpoint("a", maxOutput: 4096)) with { MaxOutputTokens = 5000 }).Error!;

        Assert.Equal(GatewayErrorKind.ContextLengthExceeded, error.Kind);
        Assert.Equal("The maximum output of lab/model is 4096 tokens, but max_tokens asks for 5000", error.Message);
    }

    [Fact]
    public void One_known_model_is_enough()
    {
        var plan = Plan(Request(Endpoint("a")) with { Models = ["x/unknown", "lab/model"] });

        Assert.Null(plan.Error);
        Assert.Equal(["a"], Tags(plan));
    }

    private static void AssertRefused(RoutePlan plan, string message)
    {
        Assert.Empty(plan.Attempts);
        Assert.Equal(GatewayErrorKind.NoEndpoints, plan.Error!.Kind);
        Assert.Equal(message, plan.Error.Message);
    }
}
