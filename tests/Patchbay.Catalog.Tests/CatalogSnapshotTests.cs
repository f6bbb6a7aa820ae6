namespace Patchbay.Catalog.Tests;

public sealed class CatalogSnapshotTests
{
    [Fact]
    public void A_model_is_found_by_slug_canonical_slug_and_alias()
    {
        var model = new Model
        {
            Slug = "acme/echo",
            Name = "Echo",
            Author = "acme",
            CanonicalSlug = "acme/echo-2026-01-01",
            Aliases = ["acme/old-echo"],
        };
        var snapshot = new CatalogSnapshot(1, [model], []);
        foreach (var name in (string[])["acme/echo", "acme/echo-2026-01-01", "acme/old-echo"])
        {
            Assert.True(snapshot.TryGetModel(name, out var byText));
            Assert.Same(model, byText);
            Assert.True(snapshot.TryGetModel(name.AsSpan(), out var bySpan));
            Assert.Same(model, bySpan);
        }

        Assert.False(snapshot.TryGetModel("acme/ECHO", out _));
    }

    [Fact]
    public void A_slug_beats_an_alias()
    {
        var first = new Model { Slug = "a/one", Name = "One", Author = "a", CanonicalSlug = "a/one", Aliases = ["a/two"] };
        var second = new Model { Slug = "a/two", Name = "Two", Author = "a", CanonicalSlug = "a/two" };
        Assert.True(new CatalogSnapshot(1, [first, second], []).TryGetModel("a/two", out var found));
        Assert.Same(second, found);
    }

    [Fact]
    public void Models_come_newest_first_and_endpoints_cheapest_first()
    {
        var snapshot = BuiltIn.Build();
        Assert.Equal(snapshot.Models.Select(model => model.Created).OrderDescending(),
            snapshot.Models.Select(model => model.Created));
        Assert.All(snapshot.Models, model =>
        {
            var sums = model.Endpoints.Where(e => e.PriceKnown).Select(e => e.Prices.Prompt.Femtos + e.Prices.Completion.Femtos).ToArray();
            Assert.Equal(sums.Order(), sums);
        });
    }

    [Fact]
    public void Ordinals_and_price_ids_survive_a_rebuild()
    {
        var before = BuiltIn.Build().Models.SelectMany(model => model.Endpoints).ToDictionary(e => e.Id);
        var after = BuiltIn.Build(("OPENAI_API_KEY", "sk-test")).Models.SelectMany(model => model.Endpoints).ToArray();
        Assert.Equal(before.Count, after.Length);
        Assert.All(after, endpoint =>
        {
            Assert.Equal(before[endpoint.Id].Ordinal, endpoint.Ordinal);
            Assert.Equal(before[endpoint.Id].PriceSnapshotId, endpoint.PriceSnapshotId);
        });
        Assert.Equal(after.Length, after.Select(endpoint => endpoint.Ordinal).Distinct().Count());
    }

    [Fact]
    public void An_endpoint_is_routable_once_its_provider_has_a_key()
    {
        Assert.True(BuiltIn.Build().TryGetModel("openai/gpt-4o-mini", out var without));
        Assert.All(without.Endpoints, endpoint => Assert.False(endpoint.Routable));

        Assert.True(BuiltIn.Build(("OPENAI_API_KEY", "sk-test")).TryGetModel("openai/gpt-4o-mini", out var with));
        var own = Assert.Single(with.Endpoints, endpoint => endpoint.Provider.Slug == "openai");
        Assert.True(own.Routable);
        Assert.Equal("gpt-4o-mini"u8.ToArray(), own.UpstreamModelUtf8.ToArray());
        Assert.Equal("openai|openai/gpt-4o-mini|gpt-4o-mini", own.Id);
    }

    [Fact]
    public void What_an_endpoint_does_not_state_is_the_models()
    {
        var record = BuiltIn.Data.Endpoints.First(endpoint => endpoint.Parameters is null);
        Assert.True(BuiltIn.Build().TryGetModel(record.Model, out var model));
        var endpoint = Assert.Single(model.Endpoints,
            candidate => candidate.Provider.Slug == record.Provider && candidate.UpstreamModel == record.Id);
        Assert.Equal(model.Supported, endpoint.Supported);
        Assert.Equal(model.Input, endpoint.Input);
    }

    [Fact]
    public void Secrets_appear_neither_in_text_nor_in_json()
    {
        Assert.True(BuiltIn.Build(("OPENAI_API_KEY", "sk-secret")).TryGetProvider("openai", out var provider));
        Assert.Equal("sk-secret", provider.ApiKey);
        Assert.DoesNotContain("sk-secret", provider.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", System.Text.Json.JsonSerializer.Serialize(provider), StringComparison.Ordinal);
    }

    [Fact]
    public void Swapping_tells_listeners_and_keeps_captured_snapshots()
    {
        var holder = new CatalogHolder(CatalogSnapshot.Empty);
        CatalogSnapshot? told = null;
        holder.Changed += snapshot => told = snapshot;
        var captured = holder.Current;
        var next = new CatalogSnapshot(2, [], []);
        holder.Swap(next);
        Assert.Same(next, holder.Current);
        Assert.Same(next, told);
        Assert.Equal(0, captured.Version);
    }

    [Theory]
    [InlineData("anthropic/claude-3-5-sonnet", "anthropic/claude-3.5-sonnet")]
    [InlineData("gpt-4o-mini", "openai/gpt-4o-mini")]
    [InlineData("claude-sonnet-4-5", "anthropic/claude-sonnet-4.5")]
    [InlineData("deepseek-chat", "deepseek/deepseek-chat")]
    public void Older_spellings_and_names_without_an_author_mean_the_one_model(string name, string slug)
    {
        Assert.True(BuiltIn.Build().TryGetModel(name, out var model));
        Assert.Equal(slug, model.Slug);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("~")]
    [InlineData("~openai/nothing-latest")]
    [InlineData("nothing-of-this-name")]
    public void What_means_nothing_is_not_found(string name)
    {
        Assert.False(BuiltIn.Build().TryGetModel(name, out _));
        Assert.False(BuiltIn.Build().TryGetModel(new string('x', 100_000), out _));
    }

    [Fact]
    public void A_bare_name_of_two_models_means_none()
    {
        var first = new Model { Slug = "a/one", Name = "One", Author = "a", CanonicalSlug = "a/one" };
        var second = new Model { Slug = "b/one", Name = "One", Author = "b", CanonicalSlug = "b/one" };
        Assert.False(new CatalogSnapshot(1, [first, second], []).TryGetModel("one", out _));
        Assert.True(new CatalogSnapshot(1, [first], []).TryGetModel("one", out var found));
        Assert.Same(first, found);
    }

    [Fact]
    public void A_latest_name_moves_to_the_highest_version_of_its_family()
    {
        var family = new ModelFamily { Alias = "~a/m-latest", Name = "M (latest)", Patterns = ["m-{v}", "m-{v}-preview"] };
        Model[] models =
        [
            .. new[] { "a/m-9", "a/m-9.5-preview", "a/m-10-preview", "a/m-10", "a/m-10-mini", "a/m-2025", "b/m-11", "a/m-x" }
                .Select(slug => new Model { Slug = slug, Name = slug, Author = slug[..1], CanonicalSlug = slug }),
        ];
        Assert.Equal("a/m-10", family.Newest(models)?.Slug);
        Assert.Equal("a/m-9.5-preview", family.Newest(models[..2])?.Slug);
        Assert.Null(family.Newest([]));
    }

    [Fact]
    public void Every_latest_name_of_the_built_in_data_has_a_target()
    {
        var snapshot = BuiltIn.Build();
        Assert.Equal(BuiltIn.Data.Families.Length, snapshot.Latest.Length);
        Assert.All(snapshot.Latest, alias =>
        {
            Assert.StartsWith("~", alias.Slug, StringComparison.Ordinal);
            Assert.True(snapshot.TryGetModel(alias.Slug, out var target));
            Assert.Same(alias.Target, target);
        });
    }
}
