using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.claude.com/en/api/messages and the pages named at the tests.
public sealed class AnthropicRequestTests
{
    [Fact]
    public void A_conversation_becomes_system_blocks_and_turns()
    {
        var (body, request) = Translation.Write(
            """
            {"model":"x","max_tokens":100,"stream":true,"user":"u-1","messages":[
              {"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"In verse.","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
              {"role":"user","name":"Ann","content":"One"},{"role":"user","content":[{"type":"text","text":"Two"},{"type":"text","text":""}]},
              {"role":"assistant","content":"Three\u00e9\n"},{"role":"user","content":"Four"}]}
            """);

        Assert.Equal("claude-sonnet-4-5", (string?)body["model"]);
        Assert.Equal(100, (int?)body["max_tokens"]);
        Assert.True((bool?)body["stream"]);
        Assert.Equal("u-1", (string?)body["metadata"]!["user_id"]);
        Assert.Equal("""[{"type":"text","text":"Be brief."},{"type":"text","text":"In verse.","cache_control":{"type":"ephemeral","ttl":"1h"}}]""", body["system"]!.ToJsonString());
        AssertJson(
            """
            [{"role":"user","content":[{"type":"text","text":"Ann: One"},{"type":"text","text":"Two"}]},
             {"role":"assistant","content":[{"type":"text","text":"Threeé\n"}]},
             {"role":"user","content":[{"type":"text","text":"Four"}]}]
            """, body["messages"]!);
        Assert.Equal(Parameters.None, request.Dropped | request.Emulated);
    }

    // https://docs.claude.com/en/docs/build-with-claude/vision, …/pdf-support
    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}""", """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}""")]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://e.com/a.png"},"cache_control":{"type":"ephemeral"}}""", """{"type":"image","source":{"type":"url","url":"https://e.com/a.png"},"cache_control":{"type":"ephemeral"}}""")]
    [InlineData("""{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}""", """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"}""")]
    [InlineData("""{"type":"file","file":{"file_data":"https://e.com/a.pdf"}}""", """{"type":"document","source":{"type":"url","url":"https://e.com/a.pdf"}}""")]
    [InlineData("""{"type":"file","file":{"file_id":"file_1"}}""", """{"type":"document","source":{"type":"file","file_id":"file_1"}}""")]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain;base64,aGk="}}""", """{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"}}""")]
    public void Media_parts_become_blocks(string part, string block)
    {
        var (body, _) = Translation.Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""");

        AssertJson(block, body["messages"]![0]!["content"]![0]!);
    }

    [Fact]
    public void What_the_dialect_cannot_say_is_told()
    {
        var (_, request) = Translation.Write(
            """{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}]}""");

        Assert.Equal(Modalities.Audio, request.Unsayable);
    }

    // https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use
    [Fact]
    public void Tools_calls_and_results_find_their_blocks()
    {
        var (body, _) = Translation.Write(
            """
            {"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true},"cache_control":{"type":"ephemeral"}},
                      {"type":"function","function":{"name":"g"}}],
             "parallel_tool_calls":false,"messages":[
              {"role":"user","content":"q"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{\"a\": \"b\"}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
              {"role":"tool","tool_call_id":"functions.f:0","content":"fine"},
              {"role":"tool","tool_call_id":"c2","is_error":true,"content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
              {"role":"user","content":"and?"}]}
            """);

        AssertJson(
            """
            [{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true,"cache_control":{"type":"ephemeral"}},
             {"name":"g","input_schema":{"type":"object"}}]
            """, body["tools"]!);
        AssertJson("""{"type":"auto","disable_parallel_tool_use":true}""", body["tool_choice"]!);
        AssertJson(
            """
            [{"role":"user","content":[{"type":"text","text":"q"}]},
             {"role":"assistant","content":[{"type":"tool_use","id":"functions_f_0","name":"f","input":{"a":"b"}},{"type":"tool_use","id":"c2","name":"g","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"functions_f_0","content":"fine"},
               {"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}],"is_error":true},
               {"type":"text","text":"and?"}]}]
            """, body["messages"]!);
    }

    [Theory]
    [InlineData("\"auto\"", """{"type":"auto"}""")]
    [InlineData("\"none\"", """{"type":"none"}""")]
    [InlineData("\"required\"", """{"type":"any"}""")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", """{"type":"tool","name":"f"}""")]
    public void Every_tool_choice_has_its_form(string choice, string expected)
    {
        var (body, _) = Translation.Write(
            $$"""{"tools":[{"type":"function","function":{"name":"f"} }],"tool_choice":{{choice}},"messages":[{"role":"user","content":"q"}]}""");

        AssertJson(expected, body["tool_choice"]!);
    }

    // https://docs.claude.com/en/docs/build-with-claude/extended-thinking, …/adaptive-thinking, …/effort; shares of the limit:
    // https://openrouter.ai/docs/use-cases/reasoning-tokens
    [Theory]
    [InlineData("claude-sonnet-4-5", "\"effort\":\"high\"", """{"type":"enabled","budget_tokens":8000}""", null)]
    [InlineData("claude-sonnet-4-5", "\"max_tokens\":20000", """{"type":"enabled","budget_tokens":9999}""", null)]
    [InlineData("claude-3-7-sonnet-20250219", "\"effort\":\"minimal\"", """{"type":"enabled","budget_tokens":1024}""", null)]
    [InlineData("claude-opus-4-6", "\"effort\":\"xhigh\"", """{"type":"adaptive"}""", "xhigh")]
    [InlineData("claude-opus-4-6", "\"max_tokens\":2000", """{"type":"enabled","budget_tokens":2000}""", null)]
    [InlineData("claude-opus-4-7-20260416", "\"enabled\":true", """{"type":"adaptive","display":"summarized"}""", null)]
    [InlineData("claude-fable-5", "\"effort\":\"minimal\",\"exclude\":true", """{"type":"adaptive","display":"omitted"}""", "low")]
    [InlineData("claude-opus-5", "\"effort\":\"none\"", """{"type":"disabled"}""", null)]
    [InlineData("claude-sonnet-4-5", "\"enabled\":false", null, null)]
    [InlineData("anthropic.claude-opus-4-6-v1", "\"enabled\":true", """{"type":"adaptive"}""", null)]
    public void Reasoning_is_asked_for_as_the_model_wants(string model, string reasoning, string? thinking, string? effort)
    {
        var (body, _) = Translation.Write(
            $$"""{"max_tokens":10000,"reasoning":{ {{reasoning}} },"temperature":0.5,"messages":[{"role":"user","content":"q"}]}""",
            Translation.Target(model));

        if (thinking is null)
        {
            Assert.Null(body["thinking"]);
            return;
        }

        AssertJson(thinking, body["thinking"]!);
        Assert.Equal(effort, (string?)body["output_config"]?["effort"]);
        Assert.Null(body["temperature"]);
    }

    [Fact]
    public void Too_small_a_limit_leaves_no_room_for_thinking_and_it_is_said()
    {
        var (body, request) = Translation.Write(
            """{"max_tokens":500,"reasoning":{"effort":"high"},"messages":[{"role":"user","content":"q"}]}""");

        Assert.Null(body["thinking"]);
        Assert.Equal(Parameters.Reasoning, request.Dropped);
    }

    // https://docs.claude.com/en/docs/build-with-claude/extended-thinking (tool use), …/adaptive-thinking
    [Theory]
    [InlineData("claude-sonnet-4-5", "", null)]
    [InlineData("claude-sonnet-4-5", ""","reasoning":"plain" """, null)]
    [InlineData("claude-sonnet-4-5", ""","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s"}]""", "enabled")]
    [InlineData("claude-sonnet-4-5", ""","reasoning_details":[{"type":"reasoning.encrypted","data":"d"}]""", "enabled")]
    [InlineData("claude-sonnet-4-5", ""","reasoning_details":[{"type":"reasoning.encrypted","data":"d","format":"openai-responses-v1"}]""", null)]
    [InlineData("claude-opus-4-6", "", "adaptive")]
    public void Calls_without_their_thoughts_are_gone_on_from_without_a_budget(string model, string more, string? thinking)
    {
        var (body, request) = Translation.Write(
            $$"""
            {"reasoning":{"effort":"high"},"tools":[{"type":"function","function":{"name":"f"} }],"messages":[{"role":"user","content":"q"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"} }]{{more}} },
              {"role":"tool","tool_call_id":"c","content":"r"}]}
            """, Translation.Target(model));

        Assert.Equal(thinking, (string?)body["thinking"]?["type"]);
        Assert.Equal(thinking is null ? Parameters.Reasoning : Parameters.None, request.Dropped);
    }

    [Fact]
    public void A_forced_call_excludes_thinking()
    {
        var (body, request) = Translation.Write(
            """{"reasoning":{"effort":"high"},"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required","messages":[{"role":"user","content":"q"}]}""");

        Assert.Null(body["thinking"]);
        Assert.Equal("any", (string?)body["tool_choice"]!["type"]);
        Assert.Equal(Parameters.Reasoning, request.Dropped);
    }

    [Fact]
    public void What_the_api_does_not_know_is_left_out_and_reported()
    {
        var (body, request) = Translation.Write(
            """
            {"seed":1,"logprobs":true,"presence_penalty":1,"logit_bias":{"5":1},"temperature":1.7,"top_p":0.5,"top_k":3,"stop":["a"," "],
             "n":2,"plugins":[{"id":"web"}],"provider":{"order":["x"]},"service_tier":"default","cache_control":{"type":"ephemeral"},"messages":[{"role":"user","content":"q"}]}
            """, Translation.Target("claude-3-haiku-20240307"));

        Assert.Equal(
            Parameters.Seed | Parameters.Logprobs | Parameters.PresencePenalty | Parameters.LogitBias | Parameters.Stop, request.Dropped);
        AssertJson(
            """
            {"model":"claude-3-haiku-20240307","max_tokens":64000,"messages":[{"role":"user","content":[{"type":"text","text":"q"}]}],
             "temperature":1,"top_p":0.5,"top_k":3,"stop_sequences":["a"],"cache_control":{"type":"ephemeral"},"service_tier":"standard_only"}
            """, body);
    }

    [Fact]
    public void Sampling_goes_as_far_as_the_model_takes_it()
    {
        const string Chat = """{"temperature":0.3,"top_p":0.5,"messages":[{"role":"user","content":"q"}]}""";

        var (both, first) = Translation.Write(Chat);
        var (none, second) = Translation.Write(Chat, Translation.Target("claude-opus-4-8"));

        Assert.Equal((0.3, null), ((double?)both["temperature"], (double?)both["top_p"]));
        Assert.Equal(Parameters.TopP, first.Dropped);
        Assert.Equal((null, null), ((double?)none["temperature"], (double?)none["top_p"]));
        Assert.Equal(Parameters.Temperature | Parameters.TopP, second.Dropped);
    }

    // https://docs.claude.com/en/docs/build-with-claude/structured-outputs
    [Fact]
    public void A_schema_goes_to_models_that_know_schemas_and_becomes_a_forced_call_for_others()
    {
        const string Chat = """{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{}}}},"messages":[{"role":"user","content":"q"}]}""";

        var (native, first) = Translation.Write(Chat);
        var (forced, second) = Translation.Write(
            Chat, Translation.Target("claude-3-haiku-20240307") with { Supported = Parameters.Tools });

        AssertJson("""{"format":{"type":"json_schema","schema":{"type":"object","properties":{}}}}""", native["output_config"]!);
        Assert.Null(first.AnswerTool);
        Assert.Null(forced["output_config"]);
        Assert.Equal("json_answer", second.AnswerTool);
        AssertJson("""{"type":"object","properties":{}}""", forced["tools"]![0]!["input_schema"]!);
        AssertJson("""{"type":"tool","name":"json_answer","disable_parallel_tool_use":true}""", forced["tool_choice"]!);
        Assert.Equal(Parameters.ResponseFormat | Parameters.StructuredOutputs, second.Emulated);
    }

    [Fact]
    public void Thoughts_go_back_byte_for_byte_whole_or_in_fragments()
    {
        const string Thought = "\\\"a\\u00e9\\n \\ud83d\\ude42";
        var (body, _) = Translation.Write(
            $$"""
            {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"x","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"} }],
             "reasoning":"plain","reasoning_details":[
              {"type":"reasoning.text","text":"{{Thought}}","format":"anthropic-claude-v1","index":0},
              {"type":"reasoning.text","text":" more","format":"anthropic-claude-v1","index":0},
              {"type":"reasoning.text","signature":"s+/=","format":"anthropic-claude-v1","index":0},
              {"type":"reasoning.encrypted","data":"opaque","format":"anthropic-claude-v1","index":1},
              {"type":"reasoning.text","text":"two","signature":"t","index":2},
              {"type":"reasoning.text","text":"unsigned","index":3},
              {"type":"reasoning.encrypted","data":"other","format":"openai-responses-v1","index":4}]}]}
            """);

        AssertJson(
            $$"""
            [{"type":"thinking","thinking":"{{Thought}} more","signature":"s+/="},{"type":"redacted_thinking","data":"opaque"},
             {"type":"thinking","thinking":"two","signature":"t"},{"type":"text","text":"x"},{"type":"tool_use","id":"c","name":"f","input":{} }]
            """, body["messages"]![1]!["content"]!);
    }

    [Fact]
    public void A_limit_is_always_sent()
    {
        const string Chat = """{"messages":[{"role":"user","content":"q"}]}""";

        Assert.Equal(64_000, (int?)Translation.Write(Chat).Body["max_tokens"]);
        Assert.Equal(4096, (int?)Translation.Write(Chat, new DialectTarget { Model = Bytes.Of("claude-x") }).Body["max_tokens"]);
        Assert.Equal(9, (int?)Translation.Write(Chat, Translation.Target("m") with { MaxOutputTokens = 9 }).Body["max_tokens"]);
    }

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {JsonNode.Parse(expected)!.ToJsonString()}\nActual   {actual.ToJsonString()}");
}
