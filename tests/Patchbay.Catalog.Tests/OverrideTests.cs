using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class OverrideTests
{
    private const string Own = "maker|maker/one|one";

    private static readonly PriceList Price = new() { Prompt = new UnitPrice(5), Completion = new UnitPrice(6) };

    [Fact]
    public void A_models_override_is_that_of_all_its_endpoints_and_an_endpoints_own_wins()
    {
        var model = Build(
            Of("maker/one") with { Prices = Price, ContextLength = 1000, MaxOutputTokens = 100 },
            Of(Own) with { Prices = Price with { Prompt = new UnitPrice(7) }, MaxOutputTokens = 50 });

        Assert.Equal(1000, model.ContextLength);
        Assert.Equal(100, model.MaxOutputTokens);
        var host = model.Endpoints.Single(endpoint => endpoint.Tag == "host");
        var maker = model.Endpoints.Single(endpoint => endpoint.Tag == "maker");
        Assert.Equal((5, 1000, 100), (host.Prices.Prompt.Femtos, host.ContextLength, host.MaxOutputTokens));
        Assert.Equal((7, 1000, 50), (maker.Prices.Prompt.Femtos, maker.ContextLength, maker.MaxOutputTokens));
    }

    [Fact]
    public void A_price_is_set_as_a_whole()
    {
        var synced = SyncWorld.Plan(SyncedCatalog.Empty,
            SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1,\"output\":2,\"cache_read\":0.5")))).Next;
        Assert.NotNull(Build(synced).Endpoints.Single(endpoint => endpoint.Tag == "maker").Prices.CacheRead);

        var endpoint = Build(synced, Of(Own) with { Prices = Price }).Endpoints.Single(endpoint => endpoint.Tag == "maker");

        Assert.Null(endpoint.Prices.CacheRead);
        Assert.True(endpoint.PriceKnown);
    }

    [Fact]
    public void What_is_switched_off_is_not_there_and_what_does_not_exist_is_no_matter()
    {
        var model = Build(Of(Own) with { Disabled = true }, Of("maker|maker/none|x") with { Disabled = true });
        Assert.Equal("host", Assert.Single(model.Endpoints).Tag);

        var data = SyncWorld.Data.With(new CatalogOverrides(1, [Of("maker/one") with { Disabled = true }]));
        Assert.False(CatalogBuilder.Build(data, null, new FixedCredentials(), 1).TryGetModel("maker/one", out _));
    }

    [Fact]
    public void Subjects_are_found_by_slug_id_and_the_beginning_of_an_id()
    {
        Assert.Equal(["maker/one"], SyncWorld.Data.Find("maker/one"));
        Assert.Equal([Own], SyncWorld.Data.Find(Own));
        Assert.Equal([Own], SyncWorld.Data.Find("maker|maker/one"));
        Assert.All((string[])["", "maker", "maker/on", "maker|", "maker|maker/on", "maker|maker/one|", "|maker/one|one"],
            text => Assert.Empty(SyncWorld.Data.Find(text)));
    }

    [Fact]
    public void A_rejected_price_does_not_wait_again_until_the_list_says_another()
    {
        var answer = SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":9,\"output\":2.5"), ("two", "\"input\":1,\"output\":9")));
        var first = SyncWorld.Plan(SyncedCatalog.Empty, answer).Next;

        var rejected = SyncedCatalog.Parse(first.Reject(first.WaitingFor(["maker/one"]), "me", SyncWorld.Now).Write());

        Assert.Equal("maker/two", Assert.Single(rejected.Waiting).Model);
        Assert.Equal([("price.completion", false, "me", SyncWorld.Now), ("price.prompt", false, "me", SyncWorld.Now)],
            rejected.Decisions.Select(decision => (decision.Change.Fact, decision.Accepted, decision.By, decision.At)));
        var again = SyncWorld.Plan(rejected, answer);
        Assert.Equal("maker/two", Assert.Single(again.Waiting).Model);
        Assert.Empty(again.Applied);

        // One part of the price is another one: the whole waits anew.
        var other = SyncWorld.Plan(again.Next, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":9,\"output\":2.4"))));
        Assert.Equal(2, other.Waiting.Count);
        Assert.Equal("0.000001", Build(other.Next).Endpoints.Single(endpoint => endpoint.Tag == "maker").Prices.Prompt.ToString());

        var accepted = other.Next.Accept(other.Waiting, "you", SyncWorld.Now);
        Assert.All(accepted.Decisions, decision => Assert.Equal(("you", true), (decision.By, decision.Accepted)));
        Assert.Equal("0.000009", Build(accepted).Endpoints.Single(endpoint => endpoint.Tag == "maker").Prices.Prompt.ToString());
    }

    [Fact]
    public void A_rejected_new_endpoint_does_not_come_back()
    {
        var answer = SyncWorld.Answer(SyncWorld.Maker(("four", "\"input\":0,\"output\":0")));
        var first = SyncWorld.Plan(SyncedCatalog.Empty, answer).Next;
        var waiting = first.WaitingFor(["maker/four"]);
        Assert.NotEmpty(waiting);

        var again = SyncWorld.Plan(first.Reject(waiting, "me", SyncWorld.Now), answer);

        Assert.Empty(again.Waiting);
        Assert.False(SyncWorld.Build(again.Next).TryGetModel("maker/four", out _));
    }

    [Fact]
    public void A_price_that_lists_have_wrong_is_not_reinstated_by_them_and_is_by_the_provider()
    {
        var data = new CatalogData
        {
            Providers = SyncWorld.Data.Providers,
            Models = SyncWorld.Data.Models,
            Endpoints = SyncWorld.Data.Endpoints,
            Wrong = WrongPrices.Read("[{\"model\":\"maker/one\",\"provider\":\"maker\",\"drop\":\"cache_read\"}]"u8.ToArray()),
        };
        var list = SyncWorld.Answer(SyncWorld.Maker(
            ("one", "\"input\":1.1,\"output\":2,\"cache_read\":0.5"), ("two", "\"input\":1,\"output\":2,\"cache_read\":0.5")));

        var plan = SyncPlan.Make(data, SyncedCatalog.Empty, [list], SyncWorld.Providers(), SyncWorld.Now);

        Assert.Equal([(Own, "price.prompt"), ("maker|maker/two|two", "price.cache_read")],
            plan.Applied.Select(change => (change.Subject, change.Fact)));
        var before = SyncWorld.Plan(SyncedCatalog.Empty, list).Next;
        Assert.DoesNotContain(data.With(before).Endpoints, endpoint => endpoint is { Model: "maker/one", Prices.List.CacheRead: not null });

        var own = SyncWorld.OwnList("maker", """{"data":[{"id":"one","pricing":{"prompt":"0.000001","completion":"0.000002","input_cache_read":"0.0000002"}}]}""");
        var said = SyncPlan.Make(data, SyncedCatalog.Empty, [list, own], SyncWorld.Providers(("MAKER_KEY", "k")), SyncWorld.Now);
        Assert.Contains(said.Applied, change => change is { Subject: Own, Fact: "price.cache_read", New: "0.0000002" });
    }

    [Fact]
    public void The_built_in_data_says_which_prices_lists_have_wrong() => Assert.True(
        BuiltIn.Data.Wrong.Contains("perplexity|perplexity/sonar-deep-research|x", "price.request", "models.dev"));

    private static CatalogOverride Of(string subject) => new() { Subject = subject, Author = "me", SetAt = SyncWorld.Now };

    private static Model Build(params CatalogOverride[] overrides) => Build(SyncedCatalog.Empty, overrides);

    private static Model Build(SyncedCatalog synced, params CatalogOverride[] overrides)
    {
        var data = SyncWorld.Data.With(synced).With(new CatalogOverrides(1, overrides));
        Assert.True(CatalogBuilder.Build(data, null, new FixedCredentials(("MAKER_KEY", "k")), 1).TryGetModel("maker/one", out var model));
        return model;
    }
}
