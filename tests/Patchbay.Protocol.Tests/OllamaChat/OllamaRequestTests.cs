using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion and the pages named at the tests.
public sealed class OllamaRequestTests
{
    // Options: https://github.com/ollama/ollama/blob/main/docs/modelfile.mdx#valid-parameters-and-values
    [Fact]
    public void A_conversation_keeps_its_turns_and_parameters_become_options()
    {
        var (body, request) = Write(
            """
            {"model":"x","max_tokens":100,"temperature":0.7,"top_p":0.9,"top_k":40,"min_p":0.05,"seed":42,"stop":["a"],"repetition_penalty":1.1,"frequency_penalty":0.2,"presence_penalty":0.1,"top_a":0.5,"logprobs":true,"top_logprobs":3,
             "keep_alive":"5m","options":{"num_ctx":4096,"temperature":9},"messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","name":"Ann","content":[{"type":"text","text":"One"},{"type":"text","text":"Two\u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"file","file":{"file_data":"data:text/plain;base64,aGk="}}]},
              {"role":"assistant","content":"Three","reasoning":"hm"}]}
            """);

        Heard.AssertJson(
            """
            {"model":"llama3.2","stream":false,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Ann: One\nTwoé\nhi","images":["AAAA"]},{"role":"assistant","content":"Three","thinking":"hm"}],
             "options":{"num_predict":100,"temperature":0.7,"top_p":0.9,"min_p":0.05,"repeat_penalty":1.1,"frequency_penalty":0.2,"presence_penalty":0.1,"top_k":40,"seed":42,"stop":["a"],"num_ctx":4096},
             "logprobs":true,"top_logprobs":3,"keep_alive":"5m"}
            """, body);
        Assert.Equal(Parameters.TopA, request.Dropped);
    }

    // #chat-request-with-history-with-tools
    [Fact]
    public void Tools_calls_and_results_find_their_places()
    {
        var (body, request) = Write(
            """
            {"stream":true,"tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"web_search"}],"tool_choice":"required",
             "messages":[{"role":"user","content":"q"},
              {"role":"assistant","content":null,"reasoning_details":[{"type":"reasoning.text","text":"h","format":"ollama-v1","index":0},{"type":"reasoning.text","text":"m","format":"ollama-v1","index":0},{"type":"reasoning.text","text":"x","format":"anthropic-claude-v1"}],
               "tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Tokyo\"}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"broken"}}]},
              {"role":"tool","tool_call_id":"c2","content":"r2"},{"role":"tool","tool_call_id":"c1","content":"r1"},{"role":"tool","tool_call_id":"c9","content":"r9"}]}
            """);

        Heard.AssertJson(
            """
            [{"role":"user","content":"q"},
             {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"id":"c1","function":{"name":"get_weather","arguments":{"city":"Tokyo"}}},{"id":"c2","function":{"name":"g","arguments":{}}}]},
             {"role":"tool","tool_name":"g","tool_call_id":"c2","content":"r2"},{"role":"tool","tool_name":"get_weather","tool_call_id":"c1","content":"r1"},{"role":"tool","tool_call_id":"c9","content":"r9"}]
            """, body["messages"]);
        Heard.AssertJson(
            """[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]""", body["tools"]);
        Assert.True((bool?)body["stream"]);
        Assert.Equal(Parameters.Tools | Parameters.ToolChoice, request.Dropped);
    }

    [Fact]
    public void Without_the_choice_of_tools_there_are_none() =>
        Assert.Null(Write("""{"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none","messages":[{"role":"user","content":"q"}]}""").Body["tools"]);

    // #chat-request-structured-outputs
    [Theory]
    [InlineData("""{"type":"json_object"}""", "\"json\"")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","required":["a"]}}}""", """{"type":"object","required":["a"]}""")]
    public void A_structured_answer_is_native(string format, string expected) =>
        Heard.AssertJson(expected, Write($$"""{"response_format":{{format}},"messages":[{"role":"user","content":"q"}]}""").Body["format"]);

    // https://github.com/ollama/ollama/blob/main/docs/capabilities/thinking.mdx
    [Theory]
    [InlineData("\"enabled\":true", "true")]
    [InlineData("\"max_tokens\":500", "true")]
    [InlineData("\"effort\":\"minimal\"", "\"low\"")]
    [InlineData("\"effort\":\"medium\"", "\"medium\"")]
    [InlineData("\"effort\":\"high\"", "\"high\"")]
    [InlineData("\"effort\":\"xhigh\"", "\"max\"")]
    [InlineData("\"effort\":\"none\"", "false")]
    [InlineData("\"exclude\":true", null)]
    public void Reasoning_is_a_level_or_a_word(string reasoning, string? think)
    {
        var body = Write($$"""{"reasoning":{ {{reasoning}} },"messages":[{"role":"user","content":"q"}]}""").Body;

        Assert.Equal(think, body["think"]?.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://e.com/a.png"}}""", Modalities.Image)]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}""", Modalities.Audio)]
    [InlineData("""{"type":"video_url","video_url":{"url":"https://e.com/v"}}""", Modalities.Video)]
    [InlineData("""{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}""", Modalities.File)]
    public void What_the_dialect_cannot_say_is_told(string part, Modalities unsayable) =>
        Assert.Equal(unsayable, Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""").Request.Unsayable);

    private static (JsonNode Body, DialectRequest Request) Write(string chat) =>
        Heard.Write(OllamaDialect.Instance, chat, Heard.Target("llama3.2"));
}
