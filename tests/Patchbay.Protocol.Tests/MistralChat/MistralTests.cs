using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class MistralTests
{
    private static readonly MistralDialect Dialect = MistralDialect.Instance;

    public static TheoryData<string> Streams => Recordings.NamesOf("mistral", "*.chunks.txt");

    public static TheoryData<string> Bodies => Recordings.NamesOf("mistral", "*.json");

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var chunks = File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0).ToArray();
        var nodes = chunks.Select(chunk => JsonNode.Parse(chunk)!).ToArray();
        var deltas = nodes.Select(node => node["choices"]![0]!["delta"]!).ToArray();

        var heard = Heard.Stream(Dialect, chunks.Append("[DONE]").Select(chunk => ("", chunk)));

        Assert.Equal(ChunkResult.Done, heard.Result);
        Assert.Equal(string.Concat(deltas.Select(delta => TextOf(delta["content"]))), heard.Text);
        Assert.Equal(string.Concat(deltas.Select(delta => ThoughtsOf(delta["content"]))), heard.Reasoning);
        Assert.Equal(
            deltas.SelectMany(delta => delta["tool_calls"]?.AsArray() ?? []).Select(call => ((string?)call!["id"], (string?)call["function"]!["arguments"])),
            heard.Calls.Values.Select(call => ((string?)call.Id, (string?)call.Arguments)));
        var end = nodes.Last(node => node["usage"] is not null);
        Assert.Equal((string?)nodes[^1]["choices"]![0]!["finish_reason"], heard.Finish);
        Assert.Equal((long)end["usage"]!["prompt_tokens"]!, heard.Usage.PromptTokens);
        Assert.Equal((long)end["usage"]!["completion_tokens"]!, heard.Usage.CompletionTokens);
        Assert.Equal((string?)nodes[0]["id"], heard.Editor.UpstreamId);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_answer_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        var body = JsonNode.Parse(text)!;

        var answer = Heard.Whole(Dialect, text)!;

        var theirs = body["choices"]![0]!["message"]!;
        var ours = answer["choices"]![0]!["message"]!;
        Assert.Equal(TextOf(theirs["content"]), (string?)ours["content"] ?? "");
        Assert.Equal(ThoughtsOf(theirs["content"]), (string?)ours["reasoning"] ?? "");
        Assert.Equal(
            (theirs["tool_calls"]?.AsArray() ?? []).Select(call => (string?)call!["id"]),
            (ours["tool_calls"]?.AsArray() ?? []).Select(call => (string?)call!["id"]));
        Assert.Equal((string?)body["choices"]![0]!["finish_reason"], (string?)answer["choices"]![0]!["finish_reason"]);
        Assert.Equal((long)body["usage"]!["total_tokens"]!, Heard.UsageOf(answer).TotalTokens);
    }

    // https://docs.mistral.ai/capabilities/function_calling: several calls come in one chunk, without an index.
    [Fact]
    public void Calls_without_an_index_are_told_apart_by_their_ids()
    {
        var heard = Heard.Stream(Dialect,
        [
            ("", """{"id":"a","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"id":"aaaaaaaaa","function":{"name":"f","arguments":"{\"x\":"}},{"id":"bbbbbbbbb","function":{"name":"g","arguments":{"y":1}}}]},"finish_reason":null}]}"""),
            ("", """{"id":"a","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"id":"aaaaaaaaa","function":{"name":"","arguments":"2}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}"""),
            ("", "[DONE]"),
        ]);

        Assert.Equal([("aaaaaaaaa", "f", "{\"x\":2}"), ("bbbbbbbbb", "g", "{\"y\":1}")], heard.Calls.Values);
        Assert.Equal("tool_calls", heard.Finish);
    }

    [Fact]
    public void A_stream_that_ends_without_a_reason_is_not_whole()
    {
        Assert.Equal(ChunkResult.Malformed, Heard.Stream(Dialect,
        [
            ("", """{"id":"a","model":"m","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}"""), ("", "[DONE]"),
        ]).Result);
    }

    [Fact]
    public void A_request_holds_only_what_Mistral_documents()
    {
        var (body, request) = Heard.Write(
            Dialect,
            """{"model":"x","messages":[{"role":"developer","content":"S"},{"role":"user","name":"Ann","content":[{"type":"text","text":"Q","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":"A","reasoning":"because","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"R"},{"role":"user","content":"T"}],"stream":true,"max_completion_tokens":9,"temperature":2,"top_k":3,"seed":4,"user":"u","store":true,"stop":"x","tool_choice":"required","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},{"type":"openrouter:datetime"}],"parallel_tool_calls":false,"reasoning":{"effort":"high"},"safe_prompt":true,"metadata":{"a":"b"}}""",
            Heard.Target("magistral-medium"));

        var call = (string)body["messages"]![2]!["tool_calls"]![0]!["id"]!;
        Heard.AssertJson(
            """
            {"model":"magistral-medium","messages":[{"role":"system","content":"S"},{"role":"user","content":"Ann: Q"},
             {"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"because"}]},{"type":"text","text":"A"}],
              "tool_calls":[{"id":"CALL","type":"function","function":{"name":"f","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"CALL","name":"f","content":"R"},{"role":"assistant","content":"Understood."},{"role":"user","content":"T"}],
             "stream":true,"max_tokens":9,"temperature":1.5,"random_seed":4,"stop":["x"],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],
             "tool_choice":"required","parallel_tool_calls":false,"prompt_mode":"reasoning","safe_prompt":true,"metadata":{"a":"b"}}
            """.Replace("CALL", call, StringComparison.Ordinal), body);
        Assert.Equal(Parameters.TopK, request.Dropped);
    }

    // https://docs.mistral.ai/api/endpoint/chat (Function): other providers take a function without parameters.
    [Fact]
    public void A_function_without_parameters_gets_empty_ones()
    {
        var (body, _) = Heard.Write(Dialect, """{"messages":[{"role":"user","content":"Q"}],"tools":[{"type":"function","function":{"name":"now"}}]}""", Heard.Target("m"));

        Heard.AssertJson("""{"name":"now","parameters":{"type":"object","properties":{}}}""", body["tools"]![0]!["function"]);
    }

    // https://docs.mistral.ai/capabilities/document_ai/document_qna
    [Theory]
    [InlineData("""{"filename":"a.pdf","file_data":"https://e.com/a.pdf"}""", """{"type":"document_url","document_url":"https://e.com/a.pdf","document_name":"a.pdf"}""")]
    [InlineData("""{"file_id":"f1"}""", """{"type":"file","file_id":"f1"}""")]
    public void Documents_go_by_their_address_or_their_id(string file, string part)
    {
        var (body, _) = Heard.Write(Dialect, $$"""{"messages":[{"role":"user","content":[{"type":"text","text":"Q"},{"type":"file","file":{{file}} }]}]}""", Heard.Target("m"));

        Heard.AssertJson(part, body["messages"]![0]!["content"]![1]);
    }

    [Theory]
    [InlineData("high", "none,high", """{"reasoning_effort":"high"}""")]
    [InlineData("low", "none,high", """{"reasoning_effort":"none"}""")]
    [InlineData("none", "none,high", """{"reasoning_effort":"none"}""")]
    [InlineData("none", "", """{"prompt_mode":null}""")]
    public void Thinking_is_switched_as_the_model_knows_it(string effort, string efforts, string expected)
    {
        var (body, _) = Heard.Write(
            Dialect,
            $$"""{"model":"x","messages":[{"role":"user","content":"Q"}],"reasoning_effort":"{{effort}}"}""",
            Heard.Target("m") with { Efforts = efforts.Split(',', StringSplitOptions.RemoveEmptyEntries) });
        var rest = body.AsObject();
        rest.Remove("model");
        rest.Remove("messages");
        Heard.AssertJson(expected, rest);
    }

    // https://docs.mistral.ai/resources/error-glossary
    [Theory]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","messages",1,"name"],"msg":"Extra inputs are not permitted","input":"x"}]}""",
        GatewayErrorKind.ProviderRejected, "Extra inputs are not permitted", "messages[1].name")]
    [InlineData(422, """{"object":"error","message":{"detail":[{"loc":["body","temperature"],"msg":"Too high"}]},"type":"invalid_request_error"}""",
        GatewayErrorKind.ProviderRejected, "Too high", "temperature")]
    [InlineData(400, """{"object":"error","message":"Not the same number of function calls and responses","type":"invalid_request_message_order","code":"3230"}""",
        GatewayErrorKind.ProviderRejected, "Not the same number of function calls and responses", null)]
    [InlineData(401, """{"detail":"Unauthorized"}""", GatewayErrorKind.ProviderAuth, "Unauthorized", null)]
    [InlineData(429, """{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}""",
        GatewayErrorKind.ProviderRateLimited, "Rate limit exceeded", null)]
    public void An_error_says_what_is_wrong_and_where(
        int status, string body, GatewayErrorKind kind, string message, string? parameter)
    {
        var error = Dialect.ReadError(Encoding.UTF8.GetBytes(body), status);
        Assert.Equal((kind, message, parameter), (error.Kind, error.Message, error.Parameter));
    }

    private static string TextOf(JsonNode? content) => content switch
    {
        JsonValue value => (string?)value ?? "",
        JsonArray parts => string.Concat(parts.Select(part => (string?)part!["text"])),
        _ => "",
    };

    private static string ThoughtsOf(JsonNode? content) => content is JsonArray parts
        ? string.Concat(parts.SelectMany(part => part!["thinking"]?.AsArray() ?? []).Select(chunk => (string?)chunk!["text"]))
        : "";
}
