using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.cohere.com/reference/chat and the pages named at the tests.
public sealed class CohereRequestTests
{
    [Fact]
    public void A_conversation_keeps_its_turns()
    {
        var (body, request) = Write(
            """
            {"model":"x","max_completion_tokens":100,"stream":true,"temperature":1.5,"top_p":1,"top_k":9000,"seed":7,"frequency_penalty":0.5,"presence_penalty":0.5,"logprobs":true,"stop":["a","b","c","d","e","f"],
             "safety_mode":"STRICT","documents":[{"id":"1","data":{"text":"t"}}],"messages":[
              {"role":"system","content":"Be brief."},{"role":"developer","content":"In verse."},
              {"role":"user","name":"Ann","content":"One"},{"role":"user","content":[{"type":"text","text":"Two"},{"type":"image_url","image_url":{"url":"https://e.com/a.png","detail":"low"}}]},
              {"role":"assistant","content":"Three\u00e9\n"},{"role":"user","content":" "}]}
            """);

        Heard.AssertJson(
            """
            {"model":"command-a-03-2025","stream":true,"messages":[{"role":"system","content":"Be brief."},{"role":"system","content":"In verse."},
              {"role":"user","content":"Ann: One"},{"role":"user","content":[{"type":"text","text":"Two"},{"type":"image_url","image_url":{"url":"https://e.com/a.png","detail":"low"}}]},
              {"role":"assistant","content":[{"type":"text","text":"Threeé\n"}]}],
             "max_tokens":100,"temperature":1,"p":0.99,"k":500,"seed":7,"frequency_penalty":0.5,"stop_sequences":["a","b","c","d","e"],"safety_mode":"STRICT","documents":[{"id":"1","data":{"text":"t"}}]}
            """, body);
        Assert.Equal(Parameters.PresencePenalty | Parameters.Logprobs | Parameters.Stop, request.Dropped);
    }

    // https://docs.cohere.com/v2/docs/tool-use-overview
    [Fact]
    public void Tools_calls_plans_and_results_find_their_places()
    {
        var (body, request) = Write(
            """
            {"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":true}},{"type":"function","function":{"name":"g"}}],
             "tool_choice":"required","messages":[{"role":"user","content":"q"},
              {"role":"assistant","content":null,"reasoning_details":[{"type":"reasoning.summary","summary":"I will ","format":"cohere-v2","index":0},{"type":"reasoning.summary","summary":"look.","format":"cohere-v2","index":0},{"type":"reasoning.text","text":"hm","format":"cohere-v2","index":1},{"type":"reasoning.text","text":"foreign","format":"anthropic-claude-v1"}],
               "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
              {"role":"tool","tool_call_id":"c1","content":"fine"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}
            """);

        Heard.AssertJson(
            """
            [{"role":"user","content":"q"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm"}],"tool_plan":"I will look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"fine"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]
            """, body["messages"]);
        Heard.AssertJson(
            """
            [{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}},{"type":"function","function":{"name":"g","parameters":{"type":"object"}}}]
            """, body["tools"]);
        Assert.Equal(("REQUIRED", true), ((string?)body["tool_choice"], (bool?)body["strict_tools"]));
        Assert.Equal(Parameters.None, request.Dropped);
    }

    [Theory]
    [InlineData("\"auto\"", null, 2)]
    [InlineData("\"none\"", "NONE", 2)]
    [InlineData("\"required\"", "REQUIRED", 2)]
    [InlineData("""{"type":"function","function":{"name":"g"}}""", "REQUIRED", 1)]
    public void Every_tool_choice_has_its_form(string choice, string? expected, int tools)
    {
        var (body, _) = Write(
            $$"""{"tools":[{"type":"function","function":{"name":"f"} },{"type":"function","function":{"name":"g"} }],"tool_choice":{{choice}},"messages":[{"role":"user","content":"q"}]}""");

        Assert.Equal((expected, tools), ((string?)body["tool_choice"], body["tools"]!.AsArray().Count));
    }

    // https://docs.cohere.com/v2/docs/structured-outputs
    [Fact]
    public void A_structured_answer_is_native_without_tools_and_a_call_beside_them()
    {
        const string Format = """ "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","required":["a"]}}},"messages":[{"role":"user","content":"q"}]""";

        var (native, plain) = Write("{" + Format + "}");
        var (call, request) = Write("{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"json_answer\"}}]," + Format + "}");

        Heard.AssertJson("""{"type":"json_object","json_schema":{"type":"object","required":["a"]}}""", native["response_format"]);
        Assert.Null(plain.AnswerTool);
        Assert.Null(call["response_format"]);
        Assert.Equal(("REQUIRED", "json_answer_"), ((string?)call["tool_choice"], request.AnswerTool));
        Assert.Equal(["json_answer", "json_answer_"], call["tools"]!.AsArray().Select(tool => (string?)tool!["function"]!["name"]));
        Assert.Equal(Parameters.ResponseFormat | Parameters.StructuredOutputs, request.Emulated);
    }

    // https://docs.cohere.com/v2/docs/reasoning
    [Theory]
    [InlineData("\"enabled\":true", """{"type":"enabled"}""")]
    [InlineData("\"max_tokens\":500", """{"type":"enabled","token_budget":500}""")]
    [InlineData("\"effort\":\"high\"", """{"type":"enabled","token_budget":8000}""")]
    [InlineData("\"max_tokens\":20000", """{"type":"enabled","token_budget":9000}""")]
    [InlineData("\"effort\":\"none\"", """{"type":"disabled"}""")]
    public void Reasoning_has_a_budget_or_none(string reasoning, string thinking) =>
        Heard.AssertJson(
            thinking, Write($$"""{"max_tokens":10000,"reasoning":{ {{reasoning}} },"messages":[{"role":"user","content":"q"}]}""").Body["thinking"]);

    [Theory]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}""", Modalities.Audio)]
    [InlineData("""{"type":"video_url","video_url":{"url":"https://e.com/v"}}""", Modalities.Video)]
    [InlineData("""{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}""", Modalities.File)]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain;base64,aGk="}}""", Modalities.None)]
    public void What_the_dialect_cannot_say_is_told(string part, Modalities unsayable) =>
        Assert.Equal(unsayable, Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""").Request.Unsayable);

    private static (JsonNode Body, DialectRequest Request) Write(string chat) =>
        Heard.Write(CohereDialect.Instance, chat, Heard.Target("command-a-03-2025"));
}
