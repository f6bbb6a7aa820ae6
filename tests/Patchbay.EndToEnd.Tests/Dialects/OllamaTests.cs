using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class OllamaWorld() : DialectWorld(new DialectFacts
{
    Provider = "llama",
    Protocol = "ollama",
    Model = "qwen3:8b",
    Path = "/llama/v1/api/chat",
    Stop = "stop",
    Calls = "stop",
    Length = "length",
    Reasoning = "ollama-v1",
    BrokenCode = "provider_error",
    DemandsCalls = false,
    TellsCached = false,
    HasKey = false,
})
{
    protected override IEnumerable<WorldModel> More =>
        [new WorldModel("test/cloud", new WorldEndpoint("cloud", Facts.Model + ";tokens=3"))];

    protected override IReadOnlyDictionary<string, string> Protocols =>
        new Dictionary<string, string>(base.Protocols) { ["cloud"] = Facts.Protocol };
}

/// <summary>Ollama's own chat API.</summary>
public sealed class OllamaTests(OllamaWorld fixture) : DialectTests(fixture), IClassFixture<OllamaWorld>
{
    [Fact]
    public async Task A_stream_is_asked_for_as_lines()
    {
        var stream = await World.Api.StreamAsync("test/plain", Token, "\"temperature\":0.5");

        Assert.True(stream.EndsWithDone, stream.Raw);
        var sent = World.Simulator.Log.Requests[^1];
        Assert.Equal("application/x-ndjson", sent.Header("Accept"));
        var body = JsonNode.Parse(sent.BodyText)!;
        Assert.Equal((true, 0.5), ((bool)body["stream"]!, (double)body["options"]!["temperature"]!));
    }

    [Fact]
    public async Task A_key_that_was_given_is_a_bearer()
    {
        var response = await World.Api.ChatAsync("test/cloud", Token);

        Assert.Equal(200, response.Status);
        Assert.Equal("Bearer upstream-secret-cloud", World.Simulator.Log.Requests[^1].Header("Authorization"));
    }

    protected override void CheckCredential(LoggedRequest sent) => Assert.Null(sent.Header("Authorization"));

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) =>
        from message in sent["messages"]!.AsArray()
        where message!["thinking"] is not null
        select (string)message!["thinking"]!;
}
