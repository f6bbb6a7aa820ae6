using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class VariantTests
{
    private readonly HealthRegistry _health = new(new ManualClock());

    [Theory]
    [InlineData("lab/model:nitro", "fast,slow")]
    [InlineData("lab/model:floor", "slow,fast")]
    [InlineData("lab/model:online:nitro", "fast,slow")]
    [InlineData("lab/model:nitro:online", "fast,slow")]
    public void Nitro_sorts_by_throughput_and_floor_by_price(string name, string expected)
    {
        var (slow, fast) = (Endpoint("slow", 1), Endpoint("fast", 100));
        _health.RecordSuccess(slow, 100, 1_000, 10);
        _health.RecordSuccess(fast, 100, 1_000, 1_000);

        Assert.Equal(expected.Split(','), Tags(Plan(Request(slow, fast) with { Models = [name] }, _health)));
    }

    [Fact]
    public void An_explicit_sort_wins_over_the_variant()
    {
        var (slow, fast) = (Endpoint("slow", 1), Endpoint("fast", 100));
        _health.RecordSuccess(fast, 100, 1_000, 1_000);
        var request = Request(slow, fast) with
        {
            Models = ["lab/model:nitro"],
            Preferences = new() { Sort = RouteSort.Price },
        };

        Assert.Equal(["slow", "fast"], Tags(Plan(request, _health)));
    }

    [Theory]
    [InlineData("lab/model:exacto")]
    [InlineData("lab/model:online")]
    [InlineData("lab/model:thinking")]
    [InlineData("lab/model:extended")]
    [InlineData("lab/model:extended:thinking:online")]
    public void Other_variants_stand_for_the_model(string name) =>
        Assert.Equal(["a"], Tags(Plan(Request(Endpoint("a")) with { Models = [name] })));

    [Fact]
    public void Thinking_is_asked_of_the_model_that_was_named_so_and_of_no_other()
    {
        var snapshot = Snapshot(
            Model("lab/model", Endpoint("a")),
            Model("lab/other", Endpoint("b", 2, "lab/other")),
            Model("lab/own:thinking", Endpoint("c", 3, "lab/own:thinking")));
        var plan = Plan(new RouteRequest
        {
            Snapshot = snapshot,
            Models = ["lab/model:thinking:nitro", "lab/other", "lab/own:thinking"],
        });

        Assert.True(plan.Thinks(snapshot.Models[0]));
        Assert.False(plan.Thinks(snapshot.Models[1]));

        // It is a model of its own, which thinks by itself.
        Assert.False(plan.Thinks(snapshot.Models[2]));
    }

    [Fact]
    public void A_model_of_exactly_this_name_comes_first()
    {
        var snapshot = Snapshot(
            Model("lab/model", Endpoint("paid", 1)),
            Model("lab/model:free", Endpoint("gift", 0, "lab/model:free")),
            Model("lab/model:thinking", Endpoint("thinker", 2, "lab/model:thinking")));
        var request = new RouteRequest { Snapshot = snapshot, Models = ["lab/model:free"] };

        Assert.Equal(["gift"], Tags(Plan(request)));
        Assert.Equal("lab/model:free", Plan(request).Attempts[0].Model.Slug);
        Assert.Equal(["thinker"], Tags(Plan(request with { Models = ["lab/model:thinking:nitro"] })));
    }

    [Fact]
    public void Free_leaves_only_endpoints_without_a_price()
    {
        var perRequest = new PriceList { Prompt = default, Completion = default, Request = new UnitPrice(1) };
        var request = Request(Endpoint("paid", 1), Endpoint("fee", prices: perRequest), Endpoint("gift", 0)) with
        {
            Models = ["lab/model:free"],
        };

        Assert.Equal(["gift"], Tags(Plan(request)));
        Assert.Equal(ExclusionReason.NotFree, Reasons(Plan(request))["paid"]);
    }

    [Fact]
    public void Free_first_and_then_paid_lists_every_endpoint_once()
    {
        var request = Request(Endpoint("gift", 0), Endpoint("paid", 1)) with { Models = ["lab/model:free", "lab/model"] };
        var plan = Plan(request);

        Assert.Equal(["gift", "paid"], Tags(plan));
        Assert.Contains(plan.Verdicts, verdict => verdict.Reason == ExclusionReason.None && verdict.Attempt == 0);
    }

    [Theory]
    [InlineData("lab/model:turbo")]
    [InlineData("lab/model:")]
    [InlineData(":free")]
    [InlineData("lab/Model")]
    [InlineData("")]
    public void An_unknown_variant_is_an_unknown_model(string name)
    {
        var error = Plan(Request(Endpoint("a")) with { Models = [name] }).Error!;

        Assert.Equal(GatewayErrorKind.ModelNotFound, error.Kind);
        Assert.Equal($"'{name}' is not a valid model ID", error.Message);
        Assert.Equal("model", error.Parameter);
    }
}
