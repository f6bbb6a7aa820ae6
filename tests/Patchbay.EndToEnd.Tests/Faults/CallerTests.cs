using System.Text.Json;
using System.Text.RegularExpressions;
using Patchbay.EndToEnd.Tests.Hostile;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Faults;

public sealed class CallerWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                new WorldModel("test/long", new WorldEndpoint("alpha", "echo;tokens=3000;tps=100;prompt_tokens=9")),
                new WorldModel("test/late", new WorldEndpoint("alpha", "echo;tokens=12;header_delay=25000")),
                new WorldModel("test/silent", new WorldEndpoint("alpha", "echo;tokens=12;fault=stall;after=0")),
                new WorldModel("test/large", new WorldEndpoint("alpha", "echo;tokens=40000;frames_per_write=50;prompt_tokens=9") { MaxOutputTokens = 50_000 }),
                new WorldModel("test/thinking", new WorldEndpoint("alpha", "echo;tokens=12;header_delay=1500;prompt_tokens=9")),
                new WorldModel("test/slow-start", new WorldEndpoint("alpha", "echo;tokens=12;ttft=1500;prompt_tokens=9")),
                new WorldModel(
                    "test/slow-fallback",
                    new WorldEndpoint("alpha", "echo;tokens=12;header_delay=1200;status=529"),
                    new WorldEndpoint("beta", "echo;tokens=12;prompt_tokens=9")),
                new WorldModel("test/slow-error", new WorldEndpoint("alpha", "echo;tokens=12;header_delay=1200;status=400;message=too%20odd")),
            ],
            Yaml = "limits: { first_byte_timeout: 30s, first_byte_timeout_with_alternatives: 20s, idle_timeout: 10s, processing_comment_after: 200ms }",
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

/// <summary>Callers that leave, wait or read slowly.</summary>
public sealed partial class CallerTests(CallerWorld fixture) : IClassFixture<CallerWorld>
{
    private const string Processing = "OPENROUTER PROCESSING";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_leaves_in_the_middle_ends_the_upstream_call_and_pays_for_what_it_got(bool reset)
    {
        World.Simulator.Reset();
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token);
        await connection.SendAsync(
            RawConnection.Post(World.MasterKey, ApiClient.Chat("test/long", stream: true)), Token);
        var got = await connection.ReadUntilAsync(text => Regex.Count(text, "\"content\":\"[^\"]") >= 20, Token);
        if (reset)
        {
            connection.Reset();
        }
        else
        {
            connection.Dispose();
        }

        await World.Simulator.Log.WhenIdleAsync(Token);
        var upstream = Assert.Single(World.Simulator.Log.Requests);
        Assert.Equal(RequestOutcome.CancelledByClient, upstream.Outcome);
        Assert.InRange(upstream.TokensGenerated, 20, 2999);

        var generation = await World.GenerationAsync(GenerationId().Match(got).Groups[1].Value, Token);
        Assert.True(generation.GetProperty("cancelled").GetBoolean());
        var delivered = generation.GetProperty("native_tokens_completion").GetInt64();
        Assert.InRange(delivered, 1, upstream.TokensGenerated * 4L);
        Assert.True(generation.GetProperty("total_cost").GetDecimal() > 0);
        await FaultProbe.NothingHeldAsync(World, Token);
    }

    [Theory]
    [InlineData("test/late", true)]
    [InlineData("test/late", false)]
    [InlineData("test/silent", true)]
    public async Task A_caller_that_leaves_before_the_first_byte_pays_nothing(string model, bool stream)
    {
        World.Simulator.Reset();
        var before = await FaultProbe.CountAsync(World, Token);
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token);
        await connection.SendAsync(RawConnection.Post(World.MasterKey, ApiClient.Chat(model, stream)), Token);
        await Until.TrueAsync(() => World.Simulator.Log.Counters.InProgress == 1, Token);
        connection.Reset();

        await World.Simulator.Log.WhenIdleAsync(Token);
        Assert.NotEqual(RequestOutcome.Completed, Assert.Single(World.Simulator.Log.Requests).Outcome);
        JsonElement list = default;
        await Until.TrueAsync(
            async () =>
            {
                list = (await World.Api.GetAsync("/api/v1/generations?limit=1", Token)).Json;
                return list.GetProperty("total_count").GetInt64() > before;
            },
            Token);
        var newest = list.GetProperty("data")[0];
        Assert.Equal(model, newest.GetProperty("model").GetString());
        Assert.True(newest.GetProperty("cancelled").GetBoolean());
        Assert.Equal("0", newest.GetProperty("total_cost").GetRawText());
        await FaultProbe.NothingHeldAsync(World, Token);
    }

    [Fact]
    public async Task A_slow_reader_gets_everything()
    {
        using var connection = await RawConnection.OpenAsync(World.Server.Address, Token, receiveBuffer: 4096);
        await connection.SendAsync(
            RawConnection.Post(World.MasterKey, ApiClient.Chat("test/large", stream: true)), Token);
        var first = await connection.ReadUntilAsync(text => text.Contains("data: ", StringComparison.Ordinal), Token);

        // Long enough for every buffer on the way to fill.
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var rest = await connection.ReadUntilAsync(EndsWithDone, Token);

        var text = first + rest;
        Assert.True(EndsWithDone(text));
        var generation = await World.GenerationAsync(GenerationId().Match(text).Groups[1].Value, Token);
        Assert.Equal(40_000, generation.GetProperty("native_tokens_completion").GetInt64());
        Assert.Equal("0.080009", generation.GetProperty("total_cost").GetRawText());
        Assert.False(generation.GetProperty("cancelled").GetBoolean());
    }

    [Theory]
    [InlineData("test/thinking")]
    [InlineData("test/slow-start")]
    public async Task Who_waits_for_the_first_token_sees_processing_comments(string model)
    {
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.Equal(200, stream.Status);
        Assert.NotEmpty(stream.Comments);
        Assert.All(stream.Comments, comment => Assert.Equal(Processing, comment));
        Assert.StartsWith(": " + Processing, stream.Raw, StringComparison.Ordinal);
        Assert.True(stream.EndsWithDone);
        Assert.Equal("0.000033", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task Another_endpoint_can_take_over_after_comments()
    {
        var stream = await World.Api.StreamAsync("test/slow-fallback", Token, "\"provider\":{\"order\":[\"alpha\",\"beta\"]}");

        Assert.Contains(Processing, stream.Comments);
        Assert.True(stream.EndsWithDone);
        Assert.Null(stream.Error);
        Assert.Equal("BETA", stream.Events[0].Json.GetProperty("provider").GetString());
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal(2, generation.GetProperty("provider_responses").GetArrayLength());
        Assert.Equal("0.000033", generation.GetProperty("total_cost").GetRawText());
    }

    [Fact]
    public async Task An_error_after_comments_comes_inside_the_stream()
    {
        var stream = await World.Api.StreamAsync("test/slow-error", Token);

        Assert.Equal(200, stream.Status);
        Assert.Contains(Processing, stream.Comments);
        Assert.Equal("provider_rejected", stream.ErrorCode);
        Assert.Equal(400, stream.Error!.Value.GetProperty("code").GetInt32());
        Assert.Contains("too odd", stream.Error.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(stream.EndsWithDone);
        Assert.Equal(2, stream.Events.Count);
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal("0", generation.GetProperty("total_cost").GetRawText());
    }

    private static bool EndsWithDone(string text) =>
        text.AsSpan(Math.Max(0, text.Length - 200)).Contains("data: [DONE]", StringComparison.Ordinal);

    [GeneratedRegex("\"id\":\"(gen-[^\"]+)\"")]
    private static partial Regex GenerationId();
}
