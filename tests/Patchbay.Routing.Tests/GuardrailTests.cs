using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

/// <summary>Levels of preferences that guardrails make.</summary>
public sealed class GuardrailTests
{
    private static readonly DataPolicy Private = new() { TrainsOnPrompts = false, Zdr = true };

    [Fact]
    public void Models_are_used_that_every_guardrail_allows_and_none_ignores()
    {
        var request = Three() with
        {
            Preferences = Merged(
                Rule(new() { OnlyModels = ["lab/one", "lab/two", "lab/three"] }), Rule(new() { OnlyModels = ["LAB/two", "lab/three"] }),
                Rule(new() { IgnoreModels = ["lab/three"] })),
        };

        var plan = Plan(request);

        Assert.Equal(["b"], Tags(plan));
        Assert.Equal(ExclusionReason.AllowedModels, Reasons(plan)["a"]);
        Assert.Equal(ExclusionReason.IgnoredModels, Reasons(plan)["c"]);
    }

    [Fact]
    public void A_name_with_free_at_the_end_stands_for_the_endpoints_without_a_price()
    {
        var request = Request(Endpoint("free", 0), Endpoint("paid", 1));
        Assert.Equal(["free"], Tags(Plan(request with { Preferences = Merged(Rule(new() { OnlyModels = ["lab/model:free"] })) })));
        Assert.Equal(["paid"], Tags(Plan(request with { Preferences = Merged(Rule(new() { IgnoreModels = ["lab/model:free"] })) })));
        Assert.Empty(Tags(Plan(request with { Preferences = Merged(Rule(new() { OnlyModels = ["lab/mod"] })) })));
    }

    [Theory]
    [InlineData("anthropic", ModelAuthors.Anthropic)]
    [InlineData("google", ModelAuthors.Google)]
    [InlineData("openai", ModelAuthors.OpenAi)]
    [InlineData("x-ai", ModelAuthors.Xai)]
    [InlineData("lab", ModelAuthors.Other)]
    public void Zero_data_retention_is_demanded_for_the_models_of_the_authors_that_a_guardrail_names(string author, ModelAuthors group)
    {
        var model = author + "/model";
        var request = new RouteRequest
        {
            Snapshot = Snapshot(Model(model, Endpoint("keeps", 1, model), Endpoint("private", 2, model, policy: Private))),
            Models = [model],
            MaxAttempts = 9,
        };
        Assert.Equal(["private"], Tags(Plan(request with { Preferences = Merged(Rule(new() { ZdrOf = group })) })));
        var others = Rule(new() { ZdrOf = (ModelAuthors)31 & ~group });
        Assert.Equal(2, Tags(Plan(request with { Preferences = Merged(others) })).Length);

        // Whichever level demands it.
        Assert.Equal(["private"], Tags(Plan(request with { Preferences = Merged(others, Rule(new() { ZdrOf = group })) })));
    }

    [Fact]
    public void Training_is_denied_to_free_endpoints_and_to_others_apart()
    {
        var request = Request(
            Endpoint("free", 0), Endpoint("paid", 1), Endpoint("free-private", 0, policy: Private), Endpoint("private", 1, policy: Private));
        var paid = Plan(request with { Preferences = Merged(Rule(new() { DenyPaidTraining = true })) });
        var free = Plan(request with { Preferences = Merged(Rule(new() { DenyFreeTraining = true })) });
        Assert.Equal(["free", "free-private", "private"], Tags(paid).Order());
        Assert.Equal(["free-private", "paid", "private"], Tags(free).Order());
        Assert.Equal(ExclusionReason.DataCollection, Reasons(free)["free"]);
    }

    [Fact]
    public void A_refusal_names_member_and_guardrail_and_the_nearest_change()
    {
        var refused = Plan(Three() with
        {
            Preferences = Merged(
                Rule(new() { IgnoreModels = ["lab/one"] }), Rule(new() { Only = ["a"] }), Rule(new() { ZdrOf = ModelAuthors.Other })),
        }).Error!;

        Assert.Equal(GatewayErrorKind.NoEndpoints, refused.Kind);
        foreach (var part in (string[])
            ["1 endpoint is of a model that is in ignored_models of guardrail 'Team'", "allowed_providers of guardrail 'Team'", "Nearest change: "])
        {
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("model", Plan(Three() with { Preferences = Merged(Rule(new() { OnlyModels = ["lab/four"] })) }).Error!.Parameter);
        Assert.Contains("guardrail", refused.Availability!.ExcludedBy!);
        var zdr = Plan(Three() with { Preferences = Merged(Rule(new() { ZdrOf = ModelAuthors.Other })) }).Error!;
        Assert.Contains("no zero data retention (enforce_zdr of guardrail 'Team')", zdr.Message, StringComparison.Ordinal);
        Assert.Null(zdr.Parameter);
        var training = Plan(Three() with { Preferences = Merged(Rule(new() { DenyPaidTraining = true })) }).Error!;
        Assert.Contains("enable_model_training of guardrail 'Team' is false", training.Message, StringComparison.Ordinal);
    }

    private static RouteRequest Three() => new()
    {
        Snapshot = Snapshot(
            Model("lab/one", Endpoint("a", 1, "lab/one")), Model("lab/two", Endpoint("b", 2, "lab/two")),
            Model("lab/three", Endpoint("c", 3, "lab/three"))),
        Models = ["lab/one", "lab/two", "lab/three"],
        MaxAttempts = 9,
    };

    private static RoutePreferences Rule(RoutePreferences rule) => rule with { Path = "guardrail 'Team'", IsGuardrail = true };

    private static RoutePreferences? Merged(params RoutePreferences[] levels) => RouteDefaults.Merge(levels, null, null);
}
