using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class ReplicateWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                new WorldModel("test/one", new WorldEndpoint("replicate-like", "meta/llama;tokens=12;prompt_tokens=9")),
                new WorldModel("test/untold", new WorldEndpoint("replicate-like", "meta/llama;tokens=12;usage=missing")),
                new WorldModel("test/late", new WorldEndpoint("replicate-like", "meta/llama;finish=processing")),
                new WorldModel("test/failed", new WorldEndpoint("replicate-like", "meta/llama;finish=failed")),
                new WorldModel("test/refused", new WorldEndpoint("replicate-like", "meta/llama;status=422")),
                new WorldModel(
                    "test/both",
                    new WorldEndpoint("replicate-like", "meta/llama"),
                    new WorldEndpoint("alpha", "echo-1", Prompt: "0.00001", Completion: "0.00002")),
            ],
            Protocols = new Dictionary<string, string> { ["replicate-like"] = "replicate" },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class ReplicateTests(ReplicateWorld fixture) : IClassFixture<ReplicateWorld>
{
    private const string Turns =
        """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"model":"MODEL"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_prediction_is_an_answer()
    {
        var response = await World.Api.ChatAsync("test/one", Token, "\"temperature\":0.5,\"seed\":3,\"max_tokens\":50");

        Assert.Equal(200, response.Status);
        var choice = response.Json.GetProperty("choices")[0];
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("succeeded", choice.GetProperty("native_finish_reason").GetString());

        // 9 × $0.000001 + 12 × $0.000002
        Assert.Equal("0.000033", response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Equal("seed", response.Header("X-Patchbay-Dropped-Parameters"));
        var sent = World.Simulator.Log.Requests.Last(request => request.Path.Contains("tokens=12;prompt_tokens=9", StringComparison.Ordinal));
        Assert.EndsWith("/predictions", sent.Path, StringComparison.Ordinal);
        Assert.Equal(("wait=60", "60s"), (sent.Header("Prefer"), sent.Header("Cancel-After")));
        Assert.Equal("""{"input":{"prompt":"Hello","max_tokens":50,"temperature":0.5}}""", JsonNode.Parse(sent.BodyText)!.ToJsonString());
    }

    [Fact]
    public async Task A_stream_is_the_whole_answer_at_once()
    {
        var stream = await World.Api.StreamAsync("test/one", Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        Assert.NotEqual("", stream.Text);
        Assert.Equal("0.000033", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task Usage_that_is_not_told_is_counted()
    {
        var response = await World.Api.ChatAsync("test/untold", Token);

        var usage = response.Json.GetProperty("usage");
        Assert.Equal(8, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.InRange(usage.GetProperty("completion_tokens").GetInt32(), 3, 60);
        var row = await World.GenerationAsync(response.Json.GetProperty("id").GetString()!, Token);
        Assert.True(row.GetProperty("usage") is var cost && cost.GetDecimal() > 0);
    }

    [Theory]
    [InlineData("test/late", 504, "provider_timeout")]
    [InlineData("test/failed", 502, "provider_error")]
    [InlineData("test/refused", 400, "provider_rejected")]
    public async Task What_does_not_succeed_is_an_error_and_free(string model, int status, string code)
    {
        var response = await World.Api.ChatAsync(model, Token);

        Assert.Equal((status, code), (response.Status, response.ErrorCode));
    }

    [Theory]
    [InlineData("", 400, "takes one message of a user, and no history.")]
    [InlineData(""","tools":[{"type":"function","function":{"name":"f"}}]""", 404, "does not support tools")]
    public async Task What_has_no_words_is_refused_by_name_and_goes_to_another_endpoint(string more, int status, string why)
    {
        var body = Turns[..^1] + more + "}";
        var refused = await World.Api.PostAsync("/api/v1/chat/completions", body.Replace("MODEL", "test/one", StringComparison.Ordinal), Token);
        Assert.Equal(status, refused.Status);
        Assert.Contains(why, refused.ErrorMessage, StringComparison.Ordinal);

        var served = await World.Api.PostAsync("/api/v1/chat/completions", body.Replace("MODEL", "test/both", StringComparison.Ordinal), Token);
        Assert.Equal((200, "ALPHA"), (served.Status, served.Json.GetProperty("provider").GetString()));
    }
}
