using System.Text.Json;
using Patchbay.Billing;
using Patchbay.EndToEnd.Tests.Faults;
using Patchbay.EndToEnd.Tests.Hostile;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Failover;

public sealed class ContinuationWorld : IAsyncLifetime
{
    /// <summary>What every endpoint says: quotes, letters of more than one byte, and white space at which it may be cut.</summary>
    public const string Said = "He said \"yes\" – été,\n\nthen 東京 🙂 and   so on:\n  1. \\one\\\n  2. two. The end.";

    public World World { get; private set; } = null!;

    public Books Books { get; private set; } = null!;

    /// <summary>A client whose answers may be gone on with.</summary>
    public ApiClient Continuing { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var said = "text=" + Uri.EscapeDataString(Said).Replace("\"", "%22", StringComparison.Ordinal);
        var goesOn = new WorldEndpoint("able", $"m;{said};prefill=continue;prompt_tokens=30", "0.000003", "0.000004");
        World = await World.StartAsync(
            new WorldOptions
            {
                Models =
                [
                    .. Enumerable.Range(2, 14).Select(after => new WorldModel($"cut/{after}", Dies(said, $"fault=cut;after={after}"), goesOn)),
                    .. Enumerable.Range(2, 14).Select(after => new WorldModel(
                        $"claude/{after}", Dies(said, $"fault=rst;after={after}"),
                        new WorldEndpoint("claude", $"claude-sonnet-4-5;{said};prefill=continue;prompt_tokens=30", "0.000003", "0.000004"))),
                    .. Enumerable.Range(3, 4).Select(after => new WorldModel(
                        $"mistral/{after}", Dies(said, $"fault=cut;after={after}"),
                        new WorldEndpoint("mist", $"mistral-small;{said};prefill=repeat;prompt_tokens=30", "0.000003", "0.000004"))),
                    // An endpoint that fails five times in a row is left out: each test has its own.
                    .. Enumerable.Range(1, 5).Select(test => new WorldModel($"own/{test}", Dies(said, "fault=cut;after=6"), goesOn)),
                    new WorldModel("test/stall", Dies(said, "fault=stall;after=5"), goesOn),
                    new WorldModel("test/error", Dies(said, "fault=error-mid-stream;after=5"), goesOn),
                    new WorldModel("test/thrice", Dies(said, "fault=cut;after=5"),
                        new WorldEndpoint("able", $"n;{said};prefill=continue;fault=cut;after=5;usage=missing", "0.000003", "0.000004"),
                        new WorldEndpoint("able-too", $"m;{said};prefill=continue;prompt_tokens=40", "0.000005", "0.000006")),
                    new WorldModel("test/second-refuses", Dies(said, "fault=cut;after=5"),
                        new WorldEndpoint("able", $"o;{said};status=500", "0.000003", "0.000004"),
                        new WorldEndpoint("able-too", $"m;{said};prefill=continue;prompt_tokens=40", "0.000005", "0.000006")),
                    new WorldModel("test/all-die", Dies(said, "fault=cut;after=5"),
                        new WorldEndpoint("able", $"n;{said};prefill=continue;fault=cut;after=5;usage=missing", "0.000003", "0.000004")),
                    new WorldModel("test/nobody", Dies(said, "fault=cut;after=5"), new WorldEndpoint("unable", "m;tokens=12")),
                    new WorldModel("test/tools", new WorldEndpoint("dies", "m;tools=1;fault=cut;after=2"), goesOn),
                    new WorldModel("test/thoughts", new WorldEndpoint("dies", $"m;{said};reasoning=3;fault=cut;after=6"), goesOn),
                    new WorldModel("test/slow", Dies(said, "fault=cut;after=5"),
                        new WorldEndpoint("able", "p;tokens=2000;tps=20", "0.000003", "0.000004")),
                    new WorldModel("test/late", Dies(said, "fault=cut;after=5"),
                        new WorldEndpoint("able", "q;tokens=2000;ttft=20000", "0.000003", "0.000004")),
                ],
                Protocols = new Dictionary<string, string> { ["claude"] = "anthropic", ["mist"] = "mistral" },
                ProviderYaml = new Dictionary<string, string>
                {
                    ["able"] = "quirks: [\"prefill=message\"]",
                    ["able-too"] = "quirks: [\"prefill=partial\"]",
                },
                Yaml = "limits: { idle_timeout: 1s, processing_comment_after: 200ms }",
            },
            TestContext.Current.CancellationToken);
        Books = await Books.OpenAsync(World, null, TestContext.Current.CancellationToken);
        Continuing = new ApiClient(World.Server.Address, World.MasterKey) { Headers = { ["X-Patchbay-Continue"] = "true" } };
    }

    public async ValueTask DisposeAsync()
    {
        Continuing.Dispose();
        await Books.DisposeAsync();
        await World.DisposeAsync();
    }

    private static WorldEndpoint Dies(string said, string fault) => new("dies", $"m;{said};usage=missing;{fault}");
}

/// <summary>Another endpoint goes on with an answer whose provider died.</summary>
public sealed class ContinuationTests(ContinuationWorld fixture) : IClassFixture<ContinuationWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    public static TheoryData<string> Cuts { get; } =
    [
        .. Enumerable.Range(2, 14).Select(after => $"cut/{after}"),
        .. Enumerable.Range(2, 14).Select(after => $"claude/{after}"),
        .. Enumerable.Range(3, 4).Select(after => $"mistral/{after}"),
        "test/stall",
        "test/error",
    ];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task The_whole_text_is_delivered_once_and_each_providers_part_is_charged_at_its_price(string model)
    {
        World.Simulator.Reset();
        var second = SecondOf(model);
        var owedFirst = await OwedAsync("dies");
        var owedSecond = await OwedAsync(second);

        var stream = await fixture.Continuing.StreamAsync(model, Token, Order("dies", second));

        Assert.Equal(ContinuationWorld.Said, stream.Text);
        Assert.True(stream.EndsWithDone);
        Assert.Null(stream.Error);
        var charged = TestKey.CostOf(stream);
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal((charged, charged, 0), (row!.Charge.Nanos, row.ProviderCost.Nanos, row.Loss.Nanos));
        Assert.Equal([AttemptKind.Ordinary, AttemptKind.Continuation], row.Attempts.Select(attempt => attempt.Kind));
        Assert.NotNull(row.Attempts[0].ErrorCode);
        Assert.Null(row.Attempts[1].ErrorCode);

        var firstPart = await OwedAsync("dies") - owedFirst;
        var secondPart = await OwedAsync(second) - owedSecond;
        Assert.Equal(charged, firstPart + secondPart);
        Assert.True(firstPart > 8_000 && (firstPart - 8_000) % 2_000 == 0, $"The first part costs {firstPart}.");
        await World.Simulator.Log.WhenIdleAsync(Token);
        var last = World.Simulator.Log.Requests[^1];
        if (!model.StartsWith("mistral", StringComparison.Ordinal))
        {
            Assert.Equal((30 * 3_000) + (last.TokensGenerated * 4_000), secondPart);
        }

        var sent = JsonElement.Parse(last.BodyText).GetProperty("messages");
        Assert.Equal("assistant", sent[sent.GetArrayLength() - 1].GetProperty("role").GetString());
        await CleanAsync();
    }

    [Theory]
    [InlineData("test/thrice", 3)]
    [InlineData("test/second-refuses", 3)]
    public async Task It_goes_on_for_as_long_as_somebody_can(string model, int attempts)
    {
        World.Simulator.Reset();

        var stream = await fixture.Continuing.StreamAsync(model, Token, Order("dies", "able", "able-too"));

        Assert.Equal(ContinuationWorld.Said, stream.Text);
        Assert.True(stream.EndsWithDone);
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal(attempts, row!.Attempts.Count);
        Assert.Equal((row.Charge.Nanos, 0), (row.ProviderCost.Nanos, row.Loss.Nanos));
        Assert.Equal(TestKey.CostOf(stream), row.Charge.Nanos);
        Assert.Contains("\"partial\":true", World.Simulator.Log.Requests[^1].BodyText, StringComparison.Ordinal);
        await CleanAsync();
    }

    [Fact]
    public async Task When_all_die_the_error_is_told_and_all_parts_are_the_operators()
    {
        var stream = await fixture.Continuing.StreamAsync("test/all-die", Token, Order("dies", "able"));

        Assert.Equal("provider_disconnected", stream.ErrorCode);
        Assert.StartsWith(stream.Text, ContinuationWorld.Said, StringComparison.Ordinal);
        Assert.Empty(stream.Usages);
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal((GenerationOutcome.Failed, 0L), (row!.Outcome, row.Charge.Nanos));
        Assert.True(row.Loss.Nanos > (8 * 1_000) + (8 * 3_000));
        await CleanAsync();
    }

    [Theory]
    [InlineData("test/nobody", "")]
    [InlineData("test/thoughts", "")]
    [InlineData("test/tools", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]")]
    [InlineData("own/1", "\"response_format\":{\"type\":\"json_object\"}")]
    [InlineData("own/2", "\"reasoning\":{\"effort\":\"low\"}")]
    public async Task What_cannot_be_gone_on_with_ends_in_the_error_as_ever(string model, string more)
    {
        World.Simulator.Reset();

        var stream = await fixture.Continuing.StreamAsync(
            model, Token, Order("dies", "able", "unable") + (more.Length > 0 ? "," + more : ""));

        Assert.Equal("provider_disconnected", stream.ErrorCode);
        Assert.Single(World.Simulator.Log.Requests);
        var row = await fixture.Books.FindAsync(stream.GenerationId!, Token);
        Assert.Equal(0, row!.Charge.Nanos);
        await CleanAsync();
    }

    [Fact]
    public async Task Who_does_not_ask_for_it_sees_the_error()
    {
        var stream = await World.Api.StreamAsync("own/3", Token, Order("dies", "able"));

        Assert.Equal("provider_disconnected", stream.ErrorCode);
    }

    [Fact]
    public async Task Without_the_credit_for_a_further_part_none_is_asked_for()
    {
        // Exactly what is held for the whole answer at the dearer endpoint: 115 tokens in at most, and 200 out.
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":0.001145");
        key.Api.Headers["X-Patchbay-Continue"] = "true";
        World.Simulator.Reset();

        var stream = await key.Api.StreamAsync("own/4", Token, Order("dies", "able") + ",\"max_tokens\":200");

        Assert.Equal(200, stream.Status);
        Assert.Equal("provider_disconnected", stream.ErrorCode);
        Assert.Single(World.Simulator.Log.Requests);
        Assert.Equal(0, await key.UsageAsync(Token));
        await CleanAsync();
    }

    [Fact]
    public async Task The_output_limit_holds_for_all_parts_together()
    {
        World.Simulator.Reset();

        var stream = await fixture.Continuing.StreamAsync("own/5", Token, Order("dies", "able") + ",\"max_tokens\":20");

        var limit = JsonElement.Parse(World.Simulator.Log.Requests[^1].BodyText).GetProperty("max_tokens").GetInt32();
        Assert.InRange(limit, 1, 17);
        Assert.True(stream.EndsWithDone);
        await CleanAsync();
    }

    [Theory]
    [InlineData("test/slow", true)]
    [InlineData("test/late", false)]
    public async Task A_caller_that_leaves_while_another_goes_on_pays_for_what_it_got(string model, bool hasMore)
    {
        World.Simulator.Reset();
        var owed = await OwedAsync("able");
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token);
        var body = ApiClient.Chat(model, stream: true, Order("dies", "able"));
        await connection.SendAsync(
            RawConnection.Post(World.MasterKey, body).Replace("Content-Type", "X-Patchbay-Continue: true\r\nContent-Type", StringComparison.Ordinal), Token);
        await connection.ReadUntilAsync(
            text => hasMore ? text.Split("\"content\":\"").Length > 12 : World.Simulator.Log.Counters.Requests == 2, Token);

        connection.Reset();

        await World.Simulator.Log.WhenIdleAsync(Token);
        Assert.Equal(RequestOutcome.CancelledByClient, World.Simulator.Log.Requests[1].Outcome);
        await FaultProbe.NothingHeldAsync(World, Token);
        await Until.TrueAsync(async () => (await fixture.Books.ListAsync(1, Token))[0].Model == model, Token);
        var row = (await fixture.Books.ListAsync(1, Token))[0];
        Assert.Equal((GenerationOutcome.Cancelled, row.Charge), (row.Outcome, row.ProviderCost));
        Assert.True(row.Charge.Nanos > 8_000);
        Assert.Equal(hasMore, await OwedAsync("able") > owed);
        await CleanAsync();
    }

    private static string SecondOf(string model) => model.Split('/')[0] switch { "claude" => "claude", "mistral" => "mist", _ => "able" };

    private static string Order(params string[] providers) =>
        $"\"provider\":{{\"order\":{JsonSerializer.Serialize(providers)}}}";

    private Task<long> OwedAsync(string provider) => fixture.Books.BalanceAsync(LedgerAccount.ProviderPayable(provider), Token);

    private async Task CleanAsync()
    {
        await FaultProbe.NothingHeldAsync(World, Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }
}
