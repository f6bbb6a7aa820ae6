using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class BedrockAnthropicWorld() : DialectWorld(new DialectFacts
{
    Provider = "nile",
    Protocol = "bedrock-anthropic",
    Model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    Path = "/nile/v1/model/MODEL/invoke",
    Stop = "end_turn",
    Calls = "tool_use",
    Length = "max_tokens",
    Reasoning = "anthropic-claude-v1",
    TellsReasoning = true,
    Yaml = AwsKeys.Yaml,
    HasKey = false,
});

/// <summary>Claude on Amazon Bedrock, by InvokeModel.</summary>
public sealed class BedrockAnthropicTests(BedrockAnthropicWorld fixture)
    : DialectTests(fixture), IClassFixture<BedrockAnthropicWorld>
{
    [Fact]
    public async Task The_body_names_the_version_and_neither_model_nor_stream()
    {
        var stream = await World.Api.StreamAsync("test/plain", Token, "\"service_tier\":\"auto\"");

        Assert.True(stream.EndsWithDone, stream.Raw);
        var sent = World.Simulator.Log.Requests[^1];
        var body = JsonNode.Parse(sent.BodyText)!.AsObject();
        Assert.Equal(["anthropic_version", "max_tokens", "messages"], body.Select(member => member.Key));
        Assert.Equal("application/vnd.amazon.eventstream", sent.Header("Accept"));
        Assert.EndsWith("/invoke-with-response-stream", sent.Path, StringComparison.Ordinal);
    }

    protected override void CheckCredential(LoggedRequest sent) => AwsKeys.Check(sent);

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) => AnthropicTests.Thoughts(sent);
}

public sealed class VertexAnthropicWorld() : DialectWorld(new DialectFacts
{
    Provider = "peak",
    Protocol = "vertex-anthropic",
    Model = "claude-sonnet-4-5@20250929",
    Path = "/peak/v1/models/MODEL:rawPredict",
    Stop = "end_turn",
    Calls = "tool_use",
    Length = "max_tokens",
    Reasoning = "anthropic-claude-v1",
    TellsReasoning = true,
})
{
    protected override IEnumerable<WorldModel> More =>
        [new WorldModel("test/mistral", new WorldEndpoint("partner", "mistral-large;tokens=12;prompt_tokens=100;usage=with-choices@2407"))];

    protected override IReadOnlyDictionary<string, string> Protocols =>
        new Dictionary<string, string>(base.Protocols) { ["partner"] = "vertex-rawpredict" };
}

/// <summary>Claude on Vertex AI, and other partners' models beside it.</summary>
public sealed class VertexAnthropicTests(VertexAnthropicWorld fixture)
    : DialectTests(fixture), IClassFixture<VertexAnthropicWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_body_names_the_version_and_not_the_model(bool isStream)
    {
        var answer = isStream ? (await World.Api.StreamAsync("test/plain", Token)).Raw : (await World.Api.ChatAsync("test/plain", Token)).Body;

        Assert.Contains("\"finish_reason\":\"stop\"", answer, StringComparison.Ordinal);
        var sent = World.Simulator.Log.Requests[^1];
        var body = JsonNode.Parse(sent.BodyText)!;
        Assert.Equal("vertex-2023-10-16", (string?)body["anthropic_version"]);
        Assert.Null(body["model"]);
        Assert.Equal(isStream, body["stream"] is not null);
        Assert.EndsWith(isStream ? ":streamRawPredict" : ":rawPredict", sent.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_partners_model_takes_chat_bodies(bool isStream)
    {
        var stream = isStream ? await World.Api.StreamAsync("test/mistral", Token) : null;
        var whole = isStream ? null : await World.Api.ChatAsync("test/mistral", Token);

        var usage = stream is not null ? Assert.Single(stream.Usages) : whole!.Json.GetProperty("usage");
        Assert.Equal(100, usage.GetProperty("prompt_tokens").GetInt32());
        var sent = World.Simulator.Log.Requests[^1];
        Assert.StartsWith("/partner/v1/mistralai/models/mistral-large;tokens=12;prompt_tokens=100;usage=with-choices@2407:", sent.Path, StringComparison.Ordinal);
        Assert.EndsWith(isStream ? ":streamRawPredict" : ":rawPredict", sent.Path, StringComparison.Ordinal);
        Assert.Equal("mistral-large;tokens=12;prompt_tokens=100;usage=with-choices", (string?)JsonNode.Parse(sent.BodyText)!["model"]);
    }

    protected override void CheckCredential(LoggedRequest sent) =>
        Assert.Equal("Bearer upstream-secret-peak", sent.Header("Authorization"));

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) => AnthropicTests.Thoughts(sent);
}
