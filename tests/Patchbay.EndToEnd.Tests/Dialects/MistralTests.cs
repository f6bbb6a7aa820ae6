using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class MistralWorld() : DialectWorld(new DialectFacts
{
    Provider = "sirocco",
    Protocol = "mistral",
    Model = "magistral-medium-2509",
    Path = "/sirocco/v1/chat/completions",
    Stop = "stop",
    Calls = "tool_calls",
    Length = "length",
    Reasoning = "mistral-v1",
    BrokenCode = "provider_error",
})
{
    protected override IEnumerable<WorldModel> More =>
    [
        Exactly("recorded/reasoning", "magistral-medium-2507;replay=mistral/mistral-reasoning"),
        Exactly("recorded/call", "mistral-small-latest;replay=mistral/mistral-tool-call"),
    ];
}

/// <summary>Mistral's chat API.</summary>
public sealed class MistralTests(MistralWorld fixture) : DialectTests(fixture), IClassFixture<MistralWorld>
{
    // The simulator refuses unknown members and names, ids of another form and turns in the wrong order.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_conversation_of_another_provider_is_made_to_fit(bool stream)
    {
        var body = $$"""
            {"model":"test/plain","stream":{{(stream ? "true" : "false")}},"top_k":3,"seed":5,"user":"u","logit_bias":{"1":2},{{Tools}},"messages":[
            {"role":"system","content":"S"},{"role":"developer","content":"D"},{"role":"user","name":"Ann","content":"Where?"},
            {"role":"assistant","content":null,"reasoning":"Hm","tool_calls":[{"id":"toolu_01A9","type":"function","function":{"name":"look_up","arguments":"{\"place\":\"x\"}"} }]},
            {"role":"tool","tool_call_id":"toolu_01A9","content":"There"},
            {"role":"user","content":[{"type":"text","text":"And this?","cache_control":{"type":"ephemeral"} },{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjcK"} }]}]}
            """;

        var response = await World.Api.PostAsync("/api/v1/chat/completions", body, Token);

        Assert.True(response.Status == 200, response.Body);
        Assert.DoesNotContain("\"error\"", response.Body, StringComparison.Ordinal);
        var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
        Assert.Equal("""{"type":"document_url","document_url":"data:application/pdf;base64,JVBERi0xLjcK","document_name":"a.pdf"}""", sent["messages"]!.AsArray()[^1]!["content"]![1]!.ToJsonString());
        Assert.Equal("Ann: Where?", (string?)sent["messages"]![2]!["content"]);
        Assert.Equal(5, (int?)sent["random_seed"]);
    }

    [Fact]
    public async Task What_is_refused_is_named()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/plain","messages":[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"something_new","x":1}]}]}""",
            Token);

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Equal("messages[0].content[1]", response.Json.GetProperty("error").GetProperty("param").GetString());
    }

    // The cost is by hand: input × $0.000001 + output × $0.000002.
    [Theory]
    [InlineData("recorded/reasoning", true, "stop", 10, 46, "0.000102")]
    [InlineData("recorded/call", true, "tool_calls", 124, 22, "0.000168")]
    [InlineData("recorded/call", false, "tool_calls", 124, 22, "0.000168")]
    public Task A_recorded_answer_is_counted_and_priced(string model, bool isStream, string finish, int prompt, int completion, string cost) =>
        CheckRecordedAsync(model, isStream, finish, prompt, completion, cost);

    protected override void CheckCredential(LoggedRequest sent) =>
        Assert.Equal("Bearer upstream-secret-sirocco", sent.Header("Authorization"));

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) =>
        from message in sent["messages"]!.AsArray()
        where message!["content"] is JsonArray
        from part in message!["content"]!.AsArray()
        where (string?)part!["type"] == "thinking"
        select string.Concat(part!["thinking"]!.AsArray().Select(piece => (string?)piece!["text"]));
}
