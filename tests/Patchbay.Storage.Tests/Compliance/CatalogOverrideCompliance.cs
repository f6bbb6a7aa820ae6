using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class CatalogOverrideCompliance(TestDatabase database) : StorageCompliance(database)
{
    private const string Endpoint = "maker/eu|maker/öne|one:β";

    private ICatalogOverrideStore Overrides => Storage.CatalogOverrides;

    [Fact]
    public async Task Nothing_is_overridden_at_first()
    {
        Assert.Equal(0, await Overrides.GetRevisionAsync(Token));
        Assert.Empty((await Overrides.LoadAsync(Token)).All);
        Assert.Empty(await Overrides.ListChangesAsync(10, Token));
    }

    [Fact]
    public async Task What_was_set_is_read_back_with_all_its_parts_also_after_a_restart()
    {
        var value = Value(Endpoint) with
        {
            Prices = new PriceList
            {
                Prompt = new UnitPrice(1),
                Completion = new UnitPrice(2),
                CacheRead = new UnitPrice(3),
                CacheWrite = new UnitPrice(4),
                CacheWrite1h = new UnitPrice(5),
                Reasoning = new UnitPrice(6),
                AudioInput = new UnitPrice(7),
                AudioOutput = new UnitPrice(8),
                ImageInput = new UnitPrice(9),
                ImageOutput = new UnitPrice(10),
                Request = new UnitPrice(0),
                WebSearch = UnitPrice.Parse("8999.999999999999999"),
                Tiers = [new PriceTier(200_000, new PriceList { Prompt = new UnitPrice(11), Completion = new UnitPrice(12) })],
            },
            ContextLength = int.MaxValue,
            MaxOutputTokens = 1,
            Note = "agreed with Ünal",
        };
        Assert.Equal(1, await Overrides.SetAsync(value, Token));

        await RestartAsync();

        var found = Assert.Single((await Overrides.LoadAsync(Token)).All);
        Assert.Equal(value.WriteFacts(), found.WriteFacts());
        Assert.Equal((value.Prices.Prompt, value.Prices.WebSearch), (found.Prices!.Prompt, found.Prices.WebSearch));
        Assert.Equal((200_000, new UnitPrice(11), new UnitPrice(3)),
            (found.Prices.Tiers[0].AbovePromptTokens, found.Prices.Tiers[0].Prices.Prompt, found.Prices.Tiers[0].Prices.CacheRead));
        Assert.Equal(value with { Prices = null }, found with { Prices = null });
        Assert.Equal(("maker/öne", "maker"), (found.Model, found.Provider));
    }

    [Fact]
    public async Task A_second_one_of_a_subject_stands_in_place_of_the_first()
    {
        await Overrides.SetAsync(Value("maker/one") with { ContextLength = 5 }, Token);
        await Overrides.SetAsync(Value("maker/two") with { MaxOutputTokens = 7 }, Token);
        var second = Value("maker/one") with { Disabled = true, Author = "other", SetAt = Now.AddDays(1) };
        Assert.Equal(3, await Overrides.SetAsync(second, Token));

        var all = await Overrides.LoadAsync(Token);

        Assert.Equal(3, all.Revision);
        Assert.Equal(["maker/one", "maker/two"], all.All.Select(one => one.Subject));
        Assert.Equal(second, all.Find("maker/one"));
    }

    [Fact]
    public async Task Every_change_stays_on_record_with_author_and_time()
    {
        await Overrides.SetAsync(Value("maker/one") with { ContextLength = 5 }, Token);
        Assert.True(await Overrides.RemoveAsync("maker/one", "remover", Now.AddHours(1), Token));
        Assert.False(await Overrides.RemoveAsync("maker/one", "remover", Now.AddHours(2), Token));

        Assert.Empty((await Overrides.LoadAsync(Token)).All);
        Assert.Equal(2, await Overrides.GetRevisionAsync(Token));
        var changes = await Overrides.ListChangesAsync(10, Token);
        Assert.Equal(new CatalogOverrideChange(2, "maker/one", null, "remover", Now.AddHours(1)), changes[0]);
        Assert.Equal((1, "author", 5), (changes[1].Revision, changes[1].Author, changes[1].Set!.ContextLength));
        Assert.Equal(2, Assert.Single(await Overrides.ListChangesAsync(1, Token)).Revision);
    }

    [Fact]
    public async Task Another_process_sees_each_change_by_its_revision()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        await beside.CatalogOverrides.SetAsync(Value("maker/one") with { Disabled = true }, Token);

        Assert.Equal(1, await Overrides.GetRevisionAsync(Token));
        Assert.True(Assert.Single((await Overrides.LoadAsync(Token)).All).Disabled);
    }

    [Fact]
    public async Task Changes_at_once_all_count()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        var revisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Storage : beside).CatalogOverrides.SetAsync(
            Value("maker/" + i) with { ContextLength = i + 1 }, Token)));

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), revisions.Order());
        Assert.Equal(20, (await Overrides.LoadAsync(Token)).All.Count);
    }

    private CatalogOverride Value(string subject) => new() { Subject = subject, Author = "author", SetAt = Now };
}
