using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class CohereWorld() : DialectWorld(new DialectFacts
{
    Provider = "coral",
    Protocol = "cohere",
    Model = "command-a-reasoning-08-2025",
    Path = "/coral/v1/chat",
    Stop = "COMPLETE",
    Calls = "TOOL_CALL",
    Length = "MAX_TOKENS",
    Reasoning = "cohere-v2",
    BrokenCode = "provider_error",

    // The cached tokens are of what is not billed.
    TellsCached = false,
})
{
    protected override IEnumerable<WorldModel> More =>
    [
        Exactly("recorded/reasoning", "command-a-reasoning-08-2025;replay=cohere/cohere-reasoning"),
        Exactly("recorded/call", "command-a-03-2025;replay=cohere/cohere-empty-tool-call"),
        Exactly("recorded/null", "command-a-03-2025;replay=cohere/cohere-null-args"),
        Exactly("recorded/length", "command-a-03-2025;replay=cohere/cohere-max-tokens"),
    ];
}

/// <summary>Cohere's chat API.</summary>
public sealed class CohereTests(CohereWorld fixture) : DialectTests(fixture), IClassFixture<CohereWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_plan_before_calls_is_a_summary_and_goes_back(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        var assistant = await Conversation.TurnAsync(World, "test/caller", messages, Tools, stream, Token);
        messages.Add(assistant);
        foreach (var call in assistant["tool_calls"]!.AsArray())
        {
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string)call!["id"]!, ["content"] = "r" });
        }

        await Conversation.TurnAsync(World, "test/caller", messages, Tools, stream, Token);

        var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!["messages"]![1]!;
        Assert.Equal("I will look it up.", (string?)sent["tool_plan"]);
    }

    // The cost is by hand: input × $0.000001 + output × $0.000002.
    [Theory]
    [InlineData("recorded/reasoning", true, "stop", 8, 50, "0.000108")]
    [InlineData("recorded/call", true, "tool_calls", 46, 14, "0.000074")]
    [InlineData("recorded/reasoning", false, "stop", 8, 578, "0.001164")]
    [InlineData("recorded/length", false, "length", 11, 4, "0.000019")]
    [InlineData("recorded/null", false, "tool_calls", 46, 14, "0.000074")]
    public Task A_recorded_answer_is_counted_and_priced(string model, bool isStream, string finish, int prompt, int completion, string cost) =>
        CheckRecordedAsync(model, isStream, finish, prompt, completion, cost);

    protected override void CheckCredential(LoggedRequest sent) =>
        Assert.Equal("Bearer upstream-secret-coral", sent.Header("Authorization"));

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) =>
        from message in sent["messages"]!.AsArray()
        where message!["content"] is JsonArray
        from block in message!["content"]!.AsArray()
        where (string?)block!["type"] == "thinking"
        select (string)block!["thinking"]!;
}
