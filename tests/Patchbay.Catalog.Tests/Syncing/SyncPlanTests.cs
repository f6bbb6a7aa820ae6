namespace Patchbay.Catalog.Tests;

public sealed class SyncPlanTests
{
    private const string Same = "\"input\":1,\"output\":2";

    [Fact]
    public void A_list_that_says_what_is_known_changes_nothing()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", Same), ("two", Same))));

        Assert.Empty(plan.Applied);
        Assert.Empty(plan.Waiting);
        Assert.Empty(plan.Failed);
        Assert.Equal(2, plan.Next.Find(SyncWorld.List)!.Entries);
    }

    [Fact]
    public void A_small_change_takes_effect_with_its_source_and_day()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1.5,\"output\":2"))));

        var change = Assert.Single(plan.Applied);
        Assert.Equal((ChangeKind.Changed, "maker|maker/one|one", "price.prompt", "0.000001", "0.0000015"),
            (change.Kind, change.Subject, change.Fact, change.Old, change.New));
        Assert.Equal((SyncWorld.List, new DateOnly(2026, 11, 21)), (change.Source, change.Date));
        Assert.Equal(("maker/one", "maker"), (change.Model, change.Provider));
        Assert.Equal("0.0000015", PromptOf(plan.Next, "maker/one", "maker"));
        Assert.Equal("0.000001", PromptOf(plan.Next, "maker/one", "host"));
    }

    [Theory]
    [InlineData("\"input\":3.01,\"output\":2")]
    [InlineData("\"input\":0.33,\"output\":2")]
    [InlineData("\"input\":1,\"output\":6.5")]
    [InlineData("\"input\":0,\"output\":2")]
    [InlineData("\"input\":0,\"output\":0")]
    [InlineData("\"input\":1,\"output\":2,\"tiers\":[{\"input\":4,\"output\":8,\"tier\":{\"size\":200000}}]")]
    public void A_great_change_waits_and_the_old_price_stays(string cost)
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", cost))));

        Assert.Empty(plan.Applied);
        Assert.NotEmpty(plan.Waiting);
        Assert.Equal("0.000001", PromptOf(plan.Next, "maker/one", "maker"));
    }

    [Fact]
    public void Threefold_is_not_more_than_threefold()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":3,\"output\":6"))));

        Assert.Empty(plan.Waiting);
        Assert.Equal(2, plan.Applied.Count);
    }

    [Fact]
    public void One_great_change_makes_all_prices_of_the_endpoint_wait_and_nothing_else()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty,
            SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":9,\"output\":2.5"), ("two", "\"input\":1.1,\"output\":2"))));

        Assert.Equal(["price.completion", "price.prompt"], plan.Waiting.Select(change => change.Fact));
        Assert.Equal("maker|maker/two|two", Assert.Single(plan.Applied).Subject);
    }

    [Fact]
    public void What_waits_is_accepted_by_model_provider_or_endpoint_and_waits_until_then()
    {
        var answer = SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":9,\"output\":2")));
        var first = SyncWorld.Plan(SyncedCatalog.Empty, answer).Next;
        var second = SyncWorld.Plan(first, answer);

        Assert.Single(second.Waiting);
        Assert.All((string[])["maker/one", "maker", "maker|maker/one|one"], word => Assert.Single(first.WaitingFor([word])));
        Assert.Empty(first.WaitingFor(["maker/two"]));

        var accepted = first.Accept(first.WaitingFor(["maker/one"]), "tester", SyncWorld.Now);
        Assert.Empty(accepted.Waiting);
        Assert.Equal("0.000009", PromptOf(accepted, "maker/one", "maker"));
        var third = SyncWorld.Plan(accepted, answer);
        Assert.Empty(third.Applied);
        Assert.Empty(third.Waiting);
    }

    [Fact]
    public void What_waits_stays_while_the_list_is_unchanged_or_cannot_be_read_and_goes_when_it_was_withdrawn()
    {
        var current = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":9,\"output\":2")))).Next;

        Assert.Single(SyncWorld.Plan(current, new SyncAnswer(SyncWorld.List, null, "\"1\"", null)).Waiting);
        Assert.Single(SyncWorld.Plan(current, new SyncAnswer(SyncWorld.List, null, null, "no answer.")).Waiting);
        Assert.Empty(SyncWorld.Plan(current, SyncWorld.Answer(SyncWorld.Maker(("one", Same)))).Waiting);
    }

    [Fact]
    public void A_list_that_fails_keeps_its_facts_and_says_so()
    {
        var current = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1.5,\"output\":2")))).Next;

        var plan = SyncWorld.Plan(current, new SyncAnswer(SyncWorld.List, null, null, "it answered 500."));

        var failed = Assert.Single(plan.Failed);
        Assert.Equal("it answered 500.", failed.Problem);
        Assert.Equal(SyncWorld.Now, failed.GoodAt);
        Assert.Equal("0.0000015", PromptOf(plan.Next, "maker/one", "maker"));
    }

    [Fact]
    public void A_list_that_has_shrunk_by_half_is_not_believed()
    {
        var many = Enumerable.Range(0, 20).Select(i => ($"unknown-{i}/x", Same)).Append(("one", Same)).ToArray();
        var current = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(many))).Next;

        var plan = SyncWorld.Plan(current, SyncWorld.Answer(SyncWorld.Maker([.. many.Take(10)])));

        Assert.Contains("shrunk from 21 to 10", Assert.Single(plan.Failed).Problem, StringComparison.Ordinal);
        Assert.Empty(plan.Applied);
        Assert.Equal(21, plan.Next.Find(SyncWorld.List)!.Entries);
    }

    [Fact]
    public void A_list_with_impossible_prices_is_not_believed()
    {
        var plan = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(
            ("one", "\"input\":1.1,\"output\":2"), ("two", "\"input\":-1,\"output\":2"), ("three-1.5", "\"input\":99999,\"output\":2"))));

        Assert.Contains("2 of 3 entries make no sense", Assert.Single(plan.Failed).Problem, StringComparison.Ordinal);
        Assert.Empty(plan.Applied);
    }

    [Fact]
    public void An_empty_list_is_not_believed() => Assert.Equal(
        "the list is empty.", Assert.Single(SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer("{}")).Failed).Problem);

    [Fact]
    public void A_list_in_another_unit_is_not_believed()
    {
        var data = BuiltIn.Data;
        var providers = BuiltIn.Build().Providers;
        var slug = data.Endpoints.GroupBy(endpoint => endpoint.Provider).First(group => group.Count() > 20 && group.All(e => e.Region is null)).Key;
        var models = data.Endpoints.Where(endpoint => endpoint.Provider == slug && endpoint.Id.Length > 0 && endpoint.Prices.List.Prompt.Femtos > 0)
            .Select(endpoint => $"{{\"id\":\"{endpoint.Id}\",\"pricing\":{{\"prompt\":\"{endpoint.Prices.List.Prompt.Femtos / 1e12m}\",\"completion\":\"0\"}}}}");
        var reading = ListReading.Provider("provider:" + slug, slug, System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', models)}]"));

        var plan = SyncPlan.Make(data, SyncedCatalog.Empty, [new SyncAnswer(reading.Source, reading, null, null)], providers, SyncWorld.Now);

        Assert.NotNull(Assert.Single(plan.Failed).Problem);
        Assert.Empty(plan.Applied);
    }

    [Fact]
    public void The_operators_file_wins_over_what_was_synced()
    {
        var synced = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(("one", "\"input\":1.5,\"output\":2")))).Next;

        var catalog = SyncWorld.Build(synced, """
            providers: [{ slug: maker, base_url: "https://maker.example/v1", api_key: k }]
            models:
              - slug: maker/one
                endpoints: [{ provider: maker, model: one, price: { prompt: "0.000007", completion: "0.000008" } }]
            """);

        Assert.True(catalog.TryGetModel("maker/one", out var model));
        Assert.Equal("0.000007", Assert.Single(model.Endpoints, endpoint => endpoint.Provider.Slug == "maker").Prices.Prompt.ToString());
    }

    [Fact]
    public void What_is_stored_is_read_back_as_it_was()
    {
        var synced = SyncWorld.Plan(SyncedCatalog.Empty, SyncWorld.Answer(SyncWorld.Maker(
            ("one", "\"input\":1.5,\"output\":2"), ("two", "\"input\":9,\"output\":2")))).Next;

        var again = SyncedCatalog.Parse(synced.Write());

        Assert.Equal(synced.Facts, again.Facts);
        Assert.Equal(synced.Waiting, again.Waiting);
        Assert.Equal(synced.Sources, again.Sources);
        Assert.Equal(synced.Write(), again.Write());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"facts\":7}")]
    [InlineData("[]")]
    public void A_broken_store_is_an_error_and_not_an_empty_one(string text) =>
        Assert.Throws<InvalidDataException>(() => SyncedCatalog.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    internal static string PromptOf(SyncedCatalog synced, string model, string provider)
    {
        Assert.True(SyncWorld.Build(synced).TryGetModel(model, out var found));
        return found.Endpoints.Single(endpoint => endpoint.Provider.Slug == provider).Prices.Prompt.ToString();
    }
}
