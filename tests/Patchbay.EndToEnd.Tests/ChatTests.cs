using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class ChatWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions { Models = [new WorldModel("test/echo", new WorldEndpoint("alpha", "echo-1;tokens=12;prompt_tokens=9"))] },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class ChatTests(ChatWorld fixture) : IClassFixture<ChatWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_whole_answer_names_its_model_provider_usage_and_cost()
    {
        var response = await World.Api.ChatAsync("test/echo", Token);

        Assert.Equal(200, response.Status);
        var answer = response.Json;
        Assert.StartsWith("gen-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(response.Header("X-Generation-Id"), answer.GetProperty("id").GetString());
        Assert.Equal("test/echo", answer.GetProperty("model").GetString());
        Assert.Equal("ALPHA", answer.GetProperty("provider").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("native_finish_reason").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal(9, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(12, usage.GetProperty("completion_tokens").GetInt32());

        // 9 × $0.000001 + 12 × $0.000002
        Assert.Equal("0.000033", usage.GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task A_streamed_answer_ends_with_one_usage_chunk_and_done()
    {
        var stream = await World.Api.StreamAsync("test/echo", Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        Assert.NotEqual("", stream.Text);
        var usage = Assert.Single(stream.Usages);
        Assert.Equal("0.000033", usage.GetProperty("cost").GetRawText());
        var last = stream.Events[^2].Json;
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        Assert.All(stream.Events.SkipLast(1), e =>
        {
            Assert.Equal(stream.GenerationId, e.Json.GetProperty("id").GetString());
            Assert.Equal("test/echo", e.Json.GetProperty("model").GetString());
            Assert.Equal("ALPHA", e.Json.GetProperty("provider").GetString());
        });
    }

    [Fact]
    public async Task Who_saw_the_end_finds_the_generation_with_its_tokens_and_cost()
    {
        var stream = await World.Api.StreamAsync("test/echo", Token);

        var generation = await World.GenerationAsync(stream.GenerationId!, Token);

        Assert.Equal("test/echo", generation.GetProperty("model").GetString());
        Assert.Equal("ALPHA", generation.GetProperty("provider_name").GetString());
        Assert.Equal(9, generation.GetProperty("native_tokens_prompt").GetInt32());
        Assert.Equal(12, generation.GetProperty("native_tokens_completion").GetInt32());
        Assert.Equal("0.000033", generation.GetProperty("total_cost").GetRawText());
        Assert.True(generation.GetProperty("streamed").GetBoolean());
    }

    [Fact]
    public async Task What_the_gateway_does_not_use_reaches_the_provider_untouched_and_what_is_its_own_does_not()
    {
        World.Simulator.Reset();

        var response = await World.Api.ChatAsync(
            "test/echo", Token,
            "\"temperature\":0.25,\"x_new_parameter\":{\"a\":[1,2.50,\"é\\u00e9\"]},\"provider\":{\"order\":[\"alpha\"]},\"models\":[\"test/echo\"],\"session_id\":\"s1\"");

        Assert.Equal(200, response.Status);
        var sent = Assert.Single(World.Simulator.Log.Requests);
        Assert.Contains("\"x_new_parameter\":{\"a\":[1,2.50,\"é\\u00e9\"]}", sent.BodyText, StringComparison.Ordinal);
        Assert.Contains("\"temperature\":0.25", sent.BodyText, StringComparison.Ordinal);
        using var body = JsonDocument.Parse(sent.BodyText);
        Assert.Equal("echo-1;tokens=12;prompt_tokens=9", body.RootElement.GetProperty("model").GetString());
        Assert.False(body.RootElement.TryGetProperty("provider", out _));
        Assert.False(body.RootElement.TryGetProperty("models", out _));
        Assert.False(body.RootElement.TryGetProperty("session_id", out _));
        Assert.Equal("Bearer upstream-secret-alpha", sent.Header("Authorization"));
        Assert.Null(sent.Header("X-Forwarded-For"));
        Assert.Null(sent.Header("Cookie"));
    }
}
