using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>How the tests' AWS keys are written. The simulator computes each signature anew.</summary>
internal static class AwsKeys
{
    public const string Yaml = "auth: aws-sigv4\n    credentials: { region: eu-west-1, access_key_id: AKIDSIMULATED, secret_access_key: secret-of-AKIDSIMULATED, session_token: a-token }";

    public static void Check(LoggedRequest sent)
    {
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDSIMULATED/", sent.Header("Authorization"), StringComparison.Ordinal);
        Assert.Contains("/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,", sent.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal("a-token", sent.Header("X-Amz-Security-Token"));
    }
}

public sealed class BedrockWorld() : DialectWorld(new DialectFacts
{
    Provider = "nile",
    Protocol = "bedrock",
    Model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    Path = "/nile/v1/model/MODEL/converse",
    Stop = "end_turn",
    Calls = "tool_use",
    Length = "max_tokens",
    Reasoning = "anthropic-claude-v1",
    Yaml = AwsKeys.Yaml,
    HasKey = false,
})
{
    protected override IEnumerable<WorldModel> More =>
    [
        Exactly("test/arn", "arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc;tokens=3"),
        Model("test/redacted", "tools=1;reasoning=7;redacted=2"),
        Model("test/caching", "tokens=4;prompt_tokens=1000"),
        Model("test/timeout", "status=408"),
        Model("test/model-error", "status=424"),
        Model("test/not-ready", "status=429;error_type=ModelNotReadyException"),
        Model("test/throttled", "tokens=40;fault=error-mid-stream;after=8;status=429"),
        new WorldModel("test/key", new WorldEndpoint("keyed", Facts.Model + ";tokens=3")),
        new WorldModel("test/wrong-key", new WorldEndpoint("wrong", Facts.Model + ";tokens=3")),
        Exactly("recorded/text", "anthropic.claude-3-haiku;replay=amazon-bedrock/amazon-bedrock-text"),
        Exactly("recorded/reasoning", "anthropic.claude-3-7-sonnet;replay=amazon-bedrock/amazon-bedrock-reasoning"),
        Exactly("recorded/call", "anthropic.claude-3-haiku;replay=amazon-bedrock/amazon-bedrock-tool-call.1"),
    ];

    protected override IReadOnlyDictionary<string, string> Protocols =>
        new Dictionary<string, string>(base.Protocols) { ["keyed"] = Facts.Protocol };

    protected override IReadOnlyDictionary<string, string> MoreYaml => new Dictionary<string, string>
    {
        ["wrong"] = AwsKeys.Yaml.Replace("secret-of-", "not-the-secret-of-", StringComparison.Ordinal),
    };
}

/// <summary>Amazon Bedrock's Converse.</summary>
public sealed class BedrockTests(BedrockWorld fixture) : DialectTests(fixture), IClassFixture<BedrockWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ARN_is_one_segment_of_the_path_and_signed_as_it_is_sent(bool stream)
    {
        var answer = stream ? (await World.Api.StreamAsync("test/arn", Token)).Raw : (await World.Api.ChatAsync("test/arn", Token)).Body;

        Assert.Contains("\"finish_reason\":\"stop\"", answer, StringComparison.Ordinal);
        Assert.EndsWith(stream ? "/converse-stream" : "/converse", World.Simulator.Log.Requests[^1].Path, StringComparison.Ordinal);
        Assert.Equal(stream ? "application/vnd.amazon.eventstream" : "application/json", World.Simulator.Log.Requests[^1].Header("Accept"));
    }

    [Fact]
    public async Task A_key_is_a_bearer_and_a_wrong_secret_is_refused()
    {
        var key = await World.Api.ChatAsync("test/key", Token);
        var sent = World.Simulator.Log.Requests[^1];
        var wrong = await World.Api.ChatAsync("test/wrong-key", Token);

        Assert.Equal(200, key.Status);
        Assert.Equal("Bearer upstream-secret-keyed", sent.Header("Authorization"));
        Assert.Equal((502, "provider_auth"), (wrong.Status, wrong.ErrorCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redacted_thoughts_go_back_as_they_came(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        const string More = "\"reasoning\":{\"effort\":\"high\"}," + Tools;
        var assistant = await Conversation.TurnAsync(World, "test/redacted", messages, More, stream, Token);
        messages.Add(assistant);
        messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string)assistant["tool_calls"]![0]!["id"]!, ["content"] = "r" });

        await Conversation.TurnAsync(World, "test/redacted", messages, More, stream, Token);

        var told = assistant["reasoning_details"]!.AsArray().Select(detail => (string?)detail!["data"]).Where(data => data is not null).ToList();
        var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!["messages"]![1]!["content"]!.AsArray()
            .Select(block => (string?)block!["reasoningContent"]?["redactedContent"]).Where(data => data is not null);
        Assert.Equal(2, told.Count);
        Assert.Equal(told, sent);
    }

    [Fact]
    public async Task Cache_marks_are_passed_on_and_writes_are_priced()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/caching","messages":[{"role":"system","content":[{"type":"text","text":"Long","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"Hello"}]}""",
            Token);

        // 500 × $0.000001 + 500 × $0.000002 + 4 × $0.000002
        Assert.Equal("0.001508", response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Equal(500, response.Json.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cache_write_tokens").GetInt32());
    }

    [Theory]
    [InlineData("test/timeout", "provider_timeout")]
    [InlineData("test/model-error", "provider_error")]
    [InlineData("test/not-ready", "provider_overloaded")]
    public async Task An_exception_is_known_by_the_name_in_its_header(string model, string code) =>
        Assert.Equal(code, (await World.Api.ChatAsync(model, Token)).ErrorCode);

    [Fact]
    public async Task A_throttled_stream_says_that_it_was_throttled()
    {
        var stream = await World.Api.StreamAsync("test/throttled", Token);

        Assert.NotEqual("", stream.Text);
        Assert.Equal("provider_rate_limited", stream.ErrorCode);
    }

    // The cost is by hand: input × $0.000001 + output × $0.000002.
    [Theory]
    [InlineData("recorded/text", true, "stop", 22, 55, "0.000132")]
    [InlineData("recorded/reasoning", true, "stop", 51, 94, "0.000239")]
    [InlineData("recorded/call", true, "tool_calls", 125, 45, "0.000215")]
    [InlineData("recorded/text", false, "stop", 22, 57, "0.000136")]
    [InlineData("recorded/reasoning", false, "stop", 51, 78, "0.000207")]
    [InlineData("recorded/call", false, "tool_calls", 10, 20, "0.00005")]
    public Task A_recorded_answer_is_counted_and_priced(string model, bool isStream, string finish, int prompt, int completion, string cost) =>
        CheckRecordedAsync(model, isStream, finish, prompt, completion, cost);

    protected override void CheckCredential(LoggedRequest sent) => AwsKeys.Check(sent);

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) =>
        from message in sent["messages"]!.AsArray()
        from block in message!["content"]!.AsArray()
        where block!["reasoningContent"]?["reasoningText"] is not null
        select (string)block!["reasoningContent"]!["reasoningText"]!["text"]!;
}
