using System.Text;

namespace Patchbay.Catalog.Tests;

public sealed class SyncMergeTests
{
    private const string Same = "\"input\":1,\"output\":2";

    [Fact]
    public void A_new_model_of_a_maker_is_added_with_its_price()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("four", "\"input\":0.25,\"output\":1,\"cache_read\":0.025"))));

        Assert.True(SyncWorld.Build(plan.Next).TryGetModel("maker/four", out var model));
        var endpoint = Assert.Single(model.Endpoints);
        Assert.True(endpoint.Routable);
        Assert.Equal(("Name of four", 128_000, "0.000000025"), (model.Name, model.ContextLength, endpoint.Prices.CacheRead.ToString()));
        Assert.Empty(SyncWorld.Plan(plan.Next, SyncWorld.Answer(SyncWorld.Maker(("four", "\"input\":0.25,\"output\":1,\"cache_read\":0.025")))).Applied);
    }

    [Theory]
    [InlineData("one-20261101")]
    [InlineData("three-1-5-20261101")]
    [InlineData("two-latest")]
    public void A_snapshot_of_a_known_model_is_no_new_model(string id)
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker((id, Same))));

        Assert.Empty(plan.Applied);
        Assert.Equal(1, plan.Next.Find(SyncWorld.List)!.Unplaced);
    }

    [Fact]
    public void A_new_model_without_a_price_is_not_added() =>
        Assert.Empty(SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("four", "")))).Applied);

    [Fact]
    public void A_new_endpoint_that_costs_nothing_waits_whole()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("four", "\"input\":0,\"output\":0"))));

        Assert.DoesNotContain(plan.Applied, change => change.IsEndpoint);
        Assert.False(SyncWorld.Build(plan.Next).TryGetModel("maker/four", out _));
        var accepted = plan.Next.Accept(plan.Next.WaitingFor(["maker/four"]), "tester", SyncWorld.Now);
        Assert.True(SyncWorld.Build(accepted).TryGetModel("maker/four", out var model));
        Assert.True(Assert.Single(model.Endpoints).PriceKnown);
    }

    [Fact]
    public void A_providers_own_list_adds_endpoints_of_models_that_are_known_by_slug_or_weights()
    {
        var list = SyncWorld.OwnList("host", """
            {"data":[{"id":"maker/two","context_length":32000,"pricing":{"prompt":"0.0000005","completion":"1e-6","image":"0"}},
                     {"id":"maker-labs/Three-1.5","pricing":{"prompt":"0.0000005","completion":"0.000001"}},
                     {"id":"somebody/else","pricing":{"prompt":"0.0000005","completion":"0.000001"}},
                     {"id":"m/one"}]}
            """);

        var plan = SyncWorld.Plan(SyncedCatalog.Empty, list);

        var catalog = SyncWorld.Build(plan.Next);
        Assert.True(catalog.TryGetModel("maker/two", out var two));
        var endpoint = Assert.Single(two.Endpoints, endpoint => endpoint.Provider.Slug == "host");
        Assert.Equal((32_000, "0.0000005", true), (endpoint.ContextLength, endpoint.Prices.Prompt.ToString(), endpoint.Routable));
        Assert.Null(endpoint.Prices.ImageInput);
        Assert.True(catalog.TryGetModel("maker/three-1.5", out var three));
        Assert.Contains(three.Endpoints, endpoint => endpoint.Provider.Slug == "host");
        Assert.Equal(1, plan.Next.Find("provider:host")!.Unplaced);
    }

    [Fact]
    public void Prices_that_are_numbers_are_of_an_unknown_unit_and_are_not_taken()
    {
        var list = SyncWorld.OwnList("host", """{"data":[{"id":"maker/two","pricing":{"prompt":0.5,"completion":1}}]}""");

        Assert.Empty(SyncWorld.Plan(SyncedCatalog.Empty, list).Applied);
    }

    [Fact]
    public void What_a_provider_says_of_itself_wins_and_stays_while_it_is_silent()
    {
        var own = SyncWorld.OwnList("maker", """{"data":[{"id":"one","pricing":{"prompt":"0.0000012","completion":"0.000002"}}]}""");
        var both = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1.4,\"output\":2"))), own).Next;

        Assert.Equal("0.0000012", SyncPlanTests.PromptOf(both, "maker/one", "maker"));
        var silent = SyncWorld.Plan(both, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1.5,\"output\":2"))),
            new SyncAnswer("provider:maker", null, null, "it answered 500."));
        Assert.Empty(silent.Applied);
    }

    [Fact]
    public void An_endpoint_goes_when_the_list_that_had_it_has_it_no_longer_and_comes_back_with_it()
    {
        var with = SyncWorld.Answer(SyncWorld.Maker(("one", Same), ("two", Same), ("three-1.5", Same)));
        var without = SyncWorld.Answer(SyncWorld.Maker(("one", Same), ("three-1.5", Same)));
        var first = SyncWorld.Plan(SyncedCatalog.Empty, with).Next;

        var gone = SyncWorld.Plan(first, without);
        Assert.All(gone.Applied, change => Assert.Equal((ChangeKind.Removed, "maker/two", SyncWorld.List), (change.Kind, change.Model, change.Source)));
        Assert.False(SyncWorld.Build(gone.Next).TryGetModel("maker/two", out _));
        Assert.Empty(SyncWorld.Plan(gone.Next, without).Applied);

        var back = SyncWorld.Plan(gone.Next, with);
        Assert.True(SyncWorld.Build(back.Next).TryGetModel("maker/two", out var model));
        Assert.True(Assert.Single(model.Endpoints).Routable);
    }

    [Fact]
    public void What_no_list_ever_had_does_not_go()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", Same))));

        Assert.Empty(SyncWorld.Plan(plan.Next, SyncWorld.Answer(SyncWorld.Maker(("one", Same)))).Applied);
        Assert.True(SyncWorld.Build(plan.Next).TryGetModel("maker/two", out _));
    }

    [Fact]
    public void An_endpoint_stays_while_another_list_has_it()
    {
        var own = SyncWorld.OwnList("maker", """{"data":[{"id":"one"},{"id":"two"}]}""");
        var first = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", Same), ("two", Same))), own).Next;

        Assert.Empty(SyncWorld.Plan(first, SyncWorld.Answer(SyncWorld.Maker(("one", Same))), own).Applied);
    }

    [Fact]
    public void A_list_of_one_page_of_several_removes_nothing()
    {
        var first = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.OwnList("maker", """{"data":[{"id":"one"},{"id":"two"}]}""")).Next;

        Assert.Empty(SyncWorld.Plan(first, SyncWorld.OwnList("maker", """{"data":[{"id":"one"}],"has_more":true}""")).Applied);
    }

    [Fact]
    public void OpenRouters_list_changes_facts_of_models_and_no_price()
    {
        const string Name = "openrouter.ai";
        var reading = ListReading.OpenRouter(Name, Encoding.UTF8.GetBytes("""
            {"data":[
              {"id":"maker/one","name":"One","created":1700000000,"context_length":256000,"pricing":{"prompt":"0.5","completion":"0.5"},
               "supported_parameters":["tools","new_thing"],"expiration_date":"2027-01-31","architecture":{"input_modalities":["text"]}},
              {"id":"~maker/one-latest","pricing":{"prompt":"0","completion":"0"}},
              {"id":"maker/router","pricing":{"prompt":"-1","completion":"-1"},"context_length":1}]}
            """));

        var plan = SyncPlan.Make(SyncWorld.Data, SyncedCatalog.Empty, [new SyncAnswer(Name, reading, null, null)], SyncWorld.Providers(), SyncWorld.Now);

        Assert.True(SyncWorld.Build(plan.Next).TryGetModel("maker/one", out var model));
        Assert.Equal((256_000, new DateOnly(2027, 1, 31), 1_700_000_000L), (model.ContextLength, model.ExpirationDate, model.Created));
        Assert.Equal(Core.Parameters.Tools, model.Supported);
        Assert.DoesNotContain(plan.Applied, change => change.IsPrice);
        Assert.False(SyncWorld.Build(plan.Next).TryGetModel("maker/router", out _));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("<!doctype html><title>Sign in</title>", "web page")]
    [InlineData("{\"maker\":{\"models\":{\"one\":{\"cost\":{\"input\":1", "cut off")]
    [InlineData("[1,2,3]", "not a list")]
    [InlineData("{\"error\":\"no\"}", "not a list")]
    [InlineData("{\"maker\":{\"models\":{\"one\":{\"cost\":{\"input\":NaN}}}}}", "not valid JSON")]
    public void What_is_no_list_is_told_in_words(string body, string words) => Assert.Contains(words,
        Assert.Throws<InvalidDataException>(() => ListReading.ModelsDev(SyncWorld.List, Encoding.UTF8.GetBytes(body))).Message,
        StringComparison.Ordinal);
}
