using System.Globalization;
using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A server with a model for each row, at a provider of its dialect that answers with its file.</summary>
public abstract class BillingWorld : IAsyncLifetime
{
    private World? _world;
    private Books? _books;

    internal World World
    {
        get
        {
            Repository.SkipUnless(_world is not null, "The recordings ../shared/wire are not there.");
            return _world!;
        }
    }

    internal Books Books => _books!;

    internal abstract IReadOnlyList<BillingRow> Rows { get; }

    internal virtual IReadOnlyList<WorldModel> More => [];

    /// <summary>The folder of the files; null when it is not there.</summary>
    protected abstract string? Folder { get; }

    public async ValueTask InitializeAsync()
    {
        if (Folder is null)
        {
            return;
        }

        var token = TestContext.Current.CancellationToken;
        _world = await World.StartAsync(
            new WorldOptions
            {
                Replays = Folder,
                Models = [.. Rows.Select(row => Model(row)), .. More],
                Protocols = Rows.Select(row => row.Protocol).Distinct().ToDictionary(protocol => "p-" + protocol),
                ProviderYaml = new Dictionary<string, string> { ["p-bedrock"] = AwsKeys.Yaml },
                WithoutKey = ["p-bedrock"],
            },
            token);
        _books = await Books.OpenAsync(_world, null, token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_world is not null)
        {
            await _books!.DisposeAsync();
            await _world.DisposeAsync();
        }
    }

    /// <summary>What the ledger knows of a request to this model.</summary>
    internal async Task<Generation> AskAsync(ApiClient api, string slug, bool stream)
    {
        var token = TestContext.Current.CancellationToken;
        string? id;
        if (stream)
        {
            id = (await api.StreamAsync(slug, token)).GenerationId;
        }
        else
        {
            var response = await api.ChatAsync(slug, token);
            Assert.True(response.Status == 200, response.Body);
            id = response.Json.GetProperty("id").GetString();
        }

        var generation = await Books.FindAsync(id!, token);
        Assert.NotNull(generation);
        return generation;
    }

    /// <summary>The model of a row. The prompts are shorter than the recorded ones, so its longest answer has to be long
    /// enough for the hold.</summary>
    internal static WorldModel Model(BillingRow row, int maxOutput = 1_000_000) => new(
        row.Slug,
        new WorldEndpoint(
            row.Provider, (row.Protocol == "gemini" ? "models/m" : "m") + $";replay={row.File}", row.Prompt, row.Completion)
        {
            MorePrices = row.More,
            MaxOutputTokens = maxOutput,
        });
}

public sealed class RecordedBilling : BillingWorld
{
    internal override IReadOnlyList<BillingRow> Rows => BillingTable.Recorded;

    protected override string? Folder => Repository.Wire;
}

public sealed class DocumentedBilling : BillingWorld
{
    /// <summary>Its answer makes eighteen searches and says a hundred tokens, which is all that it may.</summary>
    internal static BillingRow Research { get; } = BillingTable.Documented.Single(row => row.File == "perplexity-research");

    internal override IReadOnlyList<WorldModel> More =>
    [
        Model(Research, 100) with { Slug = "billing/short" },
        Model(Research with { File = "perplexity-overrun" }, 100) with { Slug = "billing/overrun" },
    ];

    internal override IReadOnlyList<BillingRow> Rows => BillingTable.Documented;

    protected override string Folder =>
        Path.Combine(Repository.Root, "tests", "Patchbay.EndToEnd.Tests", "Money", "Billing", "Documented");
}

/// <summary>What callers pay, from the provider's answer to the ledger, is what the providers' lists say.</summary>
public sealed class BillingTableTests(RecordedBilling recorded, DocumentedBilling documented)
    : IClassFixture<RecordedBilling>, IClassFixture<DocumentedBilling>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> RecordedRows { get; } = [.. BillingTable.Recorded.Select(row => row.Slug)];

    public static TheoryData<string> DocumentedRows { get; } = [.. BillingTable.Documented.Select(row => row.Slug)];

    [Theory]
    [MemberData(nameof(RecordedRows))]
    public Task A_recorded_answer_costs_what_its_usage_costs_by_hand(string slug) => CostsAsync(recorded, slug);

    [Theory]
    [MemberData(nameof(DocumentedRows))]
    public Task A_documented_answer_costs_what_its_usage_costs_by_hand(string slug) => CostsAsync(documented, slug);

    [Fact]
    public async Task Searches_that_a_model_makes_by_itself_are_charged_though_nobody_could_hold_for_them()
    {
        var generation = await documented.AskAsync(documented.World.Api, "billing/short", stream: false);

        Assert.Equal((DocumentedBilling.Research.Nanos, 0), (generation.Charge.Nanos, generation.Loss.Nanos));
    }

    [Fact]
    public async Task They_pass_no_limit_and_what_that_leaves_unpaid_is_the_operators_loss()
    {
        using var api = await documented.World.CreateKeyAsync(Token, "\"limit\":0.05");

        var generation = await documented.AskAsync(api, "billing/short", stream: false);

        Assert.Equal(50_000_000, generation.Charge.Nanos);
        Assert.Equal(DocumentedBilling.Research.Nanos - 50_000_000, generation.Loss.Nanos);
        Assert.Equal(402, (await api.ChatAsync("billing/short", Token)).Status);
    }

    [Fact]
    public async Task A_search_does_not_make_the_caller_pay_for_more_output_than_was_held_for()
    {
        var generation = await documented.AskAsync(documented.World.Api, "billing/overrun", stream: false);

        // One search, as was held for, and 5,000 tokens instead of 100: 45,066,000 in all. The hold has some room for a longer prompt.
        Assert.InRange(generation.Charge.Nanos, 5_866_000, 6_100_000);
        Assert.Equal(45_066_000, generation.Charge.Nanos + generation.Loss.Nanos);
    }

    private static async Task CostsAsync(BillingWorld billing, string slug)
    {
        var row = billing.Rows.Single(row => row.Slug == slug);
        var generation = await billing.AskAsync(billing.World.Api, slug, row.Stream);

        Assert.False(generation.Usage.Estimated);
        Assert.Equal((row.Nanos, row.Nanos), (generation.Charge.Nanos, generation.ProviderCost.Nanos));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {row.Protocol} | {row.File} | {generation.Usage.PromptTokens} | {generation.Usage.CompletionTokens} | {row.Nanos} |"));
    }
}
