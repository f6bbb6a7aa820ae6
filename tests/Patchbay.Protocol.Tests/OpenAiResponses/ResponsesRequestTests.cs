using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// The bodies follow https://platform.openai.com/docs/api-reference/responses/create and the guides that are named at each.
public sealed class ResponsesRequestTests
{
    [Fact]
    public void Nothing_is_kept_at_the_provider()
    {
        var (body, request) = Write("""{"model":"x","stream":true,"store":true,"messages":[{"role":"user","content":"Hi \u00e9"}]}""");

        Heard.AssertJson(
            """{"model":"gpt-5","store":false,"stream":true,"input":[{"type":"message","role":"user","content":"Hi é"}],"include":["reasoning.encrypted_content"]}""", body);
        Assert.Equal(DialectRequest.Whole, request);
    }

    [Fact]
    public void Speakers_keep_their_roles_and_order()
    {
        const string Request = """
            {"messages":[{"role":"system","content":"S"},{"role":"developer","content":[{"type":"text","text":"D"}]},
            {"role":"user","name":"Ann","content":[{"type":"text","text":"U"},{"type":"text","text":"V"}]},
            {"role":"assistant","content":[{"type":"text","text":"A\u00e9"},{"type":"text","text":"a"}]},{"role":"assistant","content":[{"type":"text","text":"B"},{"type":"refusal","refusal":"No"}]},
            {"role":"assistant","content":""},{"role":"system","content":"T"}]}
            """;
        var (body, _) = Write(Request);
        var (plain, _) = Write(Request, traits: new ResponsesTraits { DeveloperAsSystem = true });

        Heard.AssertJson("""
            [{"type":"message","role":"system","content":"S"},{"type":"message","role":"developer","content":"D"},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"Ann: U"},{"type":"input_text","text":"V"}]},
             {"type":"message","role":"assistant","content":"Aéa"},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"B"},{"type":"refusal","refusal":"No"}]},
             {"type":"message","role":"system","content":"T"}]
            """, body["input"]);
        Assert.Equal("system", (string?)plain["input"]![1]!["role"]);
    }

    [Fact]
    public void A_prompt_is_what_the_user_says()
    {
        var (body, _) = Write("""{"prompt":"Once"}""");

        Heard.AssertJson("""[{"type":"message","role":"user","content":"Once"}]""", body["input"]);
    }

    // https://platform.openai.com/docs/guides/images-vision and …/pdf-files
    [Fact]
    public void Images_and_files_become_parts()
    {
        var (body, request) = Write("""
            {"messages":[{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"https://x.example/a.png","detail":"low"}},
              {"type":"image_url","image_url":{"url":"data:image\/png;base64,AA=="}},
              {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},
              {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}},
              {"type":"file","file":{"filename":"b.pdf","file_data":"https://x.example/b.pdf"}},
              {"type":"file","file":{"file_id":"file-1"}},
              {"type":"file","file":{"file_data":"data:image/webp;base64,AA=="}},
              {"type":"something_new"}]}]}
            """);

        Heard.AssertJson("""
            [{"type":"input_image","image_url":"https://x.example/a.png","detail":"low"},
             {"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"},
             {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"},
             {"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,JVBE"},
             {"type":"input_file","file_url":"https://x.example/b.pdf"},
             {"type":"input_file","file_id":"file-1"},
             {"type":"input_image","image_url":"data:image/webp;base64,AA==","detail":"auto"}]
            """, body["input"]![0]!["content"]);
        Assert.Equal(Modalities.None, request.Unsayable);
    }

    [Theory]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}""", Modalities.Audio)]
    [InlineData("""{"type":"video_url","video_url":{"url":"https://x.example/v"}}""", Modalities.Video)]
    public void Sound_and_film_cannot_be_said(string part, Modalities modality) =>
        Assert.Equal(modality, Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""").Request.Unsayable);

    // https://platform.openai.com/docs/guides/function-calling
    [Fact]
    public void Calls_and_their_results_are_items()
    {
        var (body, _) = Write("""
            {"messages":[{"role":"assistant","content":"Let me see","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1.50}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
            {"role":"tool","tool_call_id":"c1","content":"R \"1\""},
            {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},
            {"role":"tool","tool_call_id":"c2","content":null}]}
            """);

        Heard.AssertJson("""
            [{"type":"message","role":"assistant","content":"Let me see"},
             {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\": 1.50}"},
             {"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
             {"type":"function_call_output","call_id":"c1","output":"R \"1\""},
             {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"See"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"}]},
             {"type":"function_call_output","call_id":"c2","output":""}]
            """, body["input"]);
    }

    [Fact]
    public void Ids_of_calls_that_are_too_long_are_made_to_fit_alike()
    {
        var id = "gemini-" + new string('x', 90);
        var (body, _) = Write($$$"""{"messages":[{"role":"assistant","tool_calls":[{"id":"{{{id}}}","type":"function","function":{"name":"f","arguments":"{}"} },{"id":"{{{id}}}y","type":"function","function":{"name":"f","arguments":"{}"} }]},{"role":"tool","tool_call_id":"{{{id}}}","content":"r"}]}""");
        var ids = body["input"]!.AsArray().Select(item => (string)item!["call_id"]!).ToList();

        Assert.Equal((3, 2), (ids.Count, ids.Distinct().Count()));
        Assert.Equal(ids[0], ids[2]);
        Assert.All(ids, one => Assert.InRange(one.Length, 1, 64));
    }

    [Fact]
    public void Functions_are_flat_and_say_whether_they_are_strict()
    {
        const string Request = """
            {"messages":[],"tools":[{"type":"function","function":{"name":"f","description":"Does f","parameters":{"type":"object","properties":{"n":{"type":"number","minimum":1.0}},"additionalProperties":false},"strict":true}},
            {"type":"function","function":{"name":"g"}},{"type":"web_search","search_context_size":"low"},{"type":"code_interpreter","container":"x"}],"parallel_tool_calls":false}
            """;
        var (body, request) = Write(Request);
        var (loose, _) = Write(Request, without: Parameters.StructuredOutputs);
        var (unsaid, _) = Write(Request, traits: new ResponsesTraits { WithoutStrict = true });

        Heard.AssertJson("""
            [{"type":"function","name":"f","description":"Does f","parameters":{"type":"object","properties":{"n":{"type":"number","minimum":1.0}},"additionalProperties":false},"strict":true},
             {"type":"function","name":"g","parameters":{"type":"object"},"strict":false},{"type":"web_search","search_context_size":"low"}]
            """, body["tools"]);
        Assert.False((bool)body["parallel_tool_calls"]!);
        Assert.Equal(Parameters.Tools, request.Dropped);
        Assert.False((bool)loose["tools"]![0]!["strict"]!);
        Assert.Null(unsaid["tools"]![0]!["strict"]);
    }

    [Theory]
    [InlineData("\"auto\"", "\"auto\"")]
    [InlineData("\"none\"", "\"none\"")]
    [InlineData("\"required\"", "\"required\"")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", """{"type":"function","name":"f"}""")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}}""", """{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}""")]
    public void Choices_of_tools_have_their_own_form(string choice, string expected)
    {
        var (body, request) = Write($$"""{"messages":[],"tools":[{"type":"function","function":{"name":"f"} }],"tool_choice":{{choice}} }""");

        Heard.AssertJson(expected, body["tool_choice"]);
        Assert.Equal(Parameters.None, request.Dropped);
    }

    [Theory]
    [InlineData("""{"type":"custom","custom":{"name":"c"}}""")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"custom"}]}}""")]
    public void A_choice_that_has_no_counterpart_is_reported(string choice)
    {
        var (body, request) = Write($$"""{"messages":[],"tools":[{"type":"function","function":{"name":"f"} }],"tool_choice":{{choice}} }""");

        Assert.Null(body["tool_choice"]);
        Assert.Equal(Parameters.ToolChoice, request.Dropped);
    }

    [Fact]
    public void A_choice_without_tools_is_left_out()
    {
        var (body, request) = Write("""{"messages":[],"tools":[{"type":"custom","custom":{"name":"c"}}],"tool_choice":"auto"}""");

        Assert.Null(body["tools"] ?? body["tool_choice"]);
        Assert.Equal(Parameters.Tools | Parameters.ToolChoice, request.Dropped);
    }

    // https://platform.openai.com/docs/guides/structured-outputs
    [Fact]
    public void A_schema_is_the_format_of_the_text()
    {
        var (body, request) = Write("""{"messages":[],"verbosity":"max","response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object","x":1.0},"strict":true}}}""");
        var (nameless, _) = Write("""{"messages":[],"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object"}}}}""");
        var (free, _) = Write("""{"messages":[],"response_format":{"type":"json_object"}}""");

        Heard.AssertJson("""{"format":{"type":"json_schema","name":"n","description":"d","schema":{"type":"object","x":1.0},"strict":true},"verbosity":"high"}""", body["text"]);
        Assert.Equal(Parameters.None, request.Dropped | request.Emulated);
        Assert.Equal("answer", (string?)nameless["text"]!["format"]!["name"]);
        Heard.AssertJson("""{"format":{"type":"json_object"}}""", free["text"]);
    }

    [Fact]
    public void A_schema_that_the_model_does_not_know_is_asked_for_as_a_call()
    {
        const string Request = """{"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"tools":[TOOLS]}""";
        var (alone, request) = Write(Request.Replace("TOOLS", "", StringComparison.Ordinal), without: Parameters.StructuredOutputs);
        var (beside, _) = Write(Request.Replace("TOOLS", """{"type":"function","function":{"name":"json_answer"}}""", StringComparison.Ordinal), without: Parameters.StructuredOutputs);
        var (_, dropped) = Write(Request.Replace("TOOLS", "", StringComparison.Ordinal), without: Parameters.StructuredOutputs | Parameters.Tools);

        Assert.Equal(("json_answer", Parameters.ResponseFormat | Parameters.StructuredOutputs), (request.AnswerTool, request.Emulated));
        Heard.AssertJson("""{"type":"function","name":"json_answer"}""", alone["tool_choice"]);
        Assert.False((bool)alone["parallel_tool_calls"]!);
        Assert.Equal(["json_answer", "json_answer_"], beside["tools"]!.AsArray().Select(tool => (string?)tool!["name"]));
        Assert.Equal("required", (string?)beside["tool_choice"]);
        Assert.Equal((null, Parameters.ResponseFormat | Parameters.StructuredOutputs), (dropped.AnswerTool, dropped.Dropped));
    }

    // https://platform.openai.com/docs/guides/reasoning
    [Theory]
    [InlineData("""{"effort":"high"}""", """{"effort":"high"}""")]
    [InlineData("""{"enabled":true}""", """{"effort":"medium"}""")]
    [InlineData("""{"effort":"max"}""", """{"effort":"high"}""")]
    [InlineData("""{"effort":"low","summary":"detailed"}""", """{"effort":"low","summary":"detailed"}""")]
    [InlineData("""{"effort":"low","exclude":false}""", """{"effort":"low","summary":"auto"}""")]
    [InlineData("""{"effort":"low","exclude":true,"summary":"auto"}""", """{"effort":"low"}""")]
    [InlineData("""{"max_tokens":200}""", """{"effort":"low"}""")]
    [InlineData("""{"max_tokens":900}""", """{"effort":"high"}""")]
    [InlineData("""{"summary":"auto"}""", """{"summary":"auto"}""")]
    public void Reasoning_is_an_effort_and_perhaps_a_summary(string reasoning, string expected)
    {
        var (body, request) = Write($$"""{"messages":[],"max_tokens":1000,"reasoning":{{reasoning}} }""", efforts: ["high", "medium", "low", "minimal"]);

        Heard.AssertJson(expected, body["reasoning"]);
        Assert.Equal(Parameters.None, request.Dropped);
        Assert.Equal(reasoning.Contains("max_tokens", StringComparison.Ordinal) ? Parameters.Reasoning : Parameters.None, request.Emulated);
    }

    [Fact]
    public void No_reasoning_is_said_where_the_model_can_do_without()
    {
        var (able, _) = Write("""{"messages":[],"reasoning":{"enabled":false}}""", efforts: ["high", "none"]);
        var (unable, request) = Write("""{"messages":[],"reasoning":{"effort":"none"}}""", efforts: ["high", "low"]);
        var (unknown, dropped) = Write("""{"messages":[],"reasoning":{"effort":"high"}}""", without: Parameters.Reasoning | Parameters.ReasoningEffort | Parameters.IncludeReasoning);

        Assert.Equal("none", (string?)able["reasoning"]!["effort"]);
        Assert.Equal(("low", Parameters.Reasoning), ((string?)unable["reasoning"]!["effort"], request.Dropped));
        Assert.Null(unknown["reasoning"] ?? unknown["include"]);
        Assert.Equal(Parameters.Reasoning, dropped.Dropped);
    }

    [Fact]
    public void Encrypted_reasoning_goes_back_byte_for_byte()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        OpenAiResponsesDialect.Instance.WriteRequest(
            CanonicalChatReader.Read(Encoding.UTF8.GetBytes("""
                {"messages":[{"role":"assistant","content":"Yes","reasoning":"ab","reasoning_details":[
                {"type":"reasoning.summary","summary":"a \u00e9\/","format":"openai-responses-v1","index":0},
                {"type":"reasoning.summary","summary":"\"b\"","format":"openai-responses-v1","index":1},
                {"type":"reasoning.encrypted","data":"gA+/\u003d","id":"rs_1","format":"openai-responses-v1","index":1},
                {"type":"reasoning.encrypted","data":"gB==","id":"rs_2","format":"openai-responses-v1","index":2}]}]}
                """)),
            Heard.Target("gpt-5"),
            output);

        Assert.Contains(
            """[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a \u00e9\/"},{"type":"summary_text","text":"\"b\""}],"encrypted_content":"gA+/\u003d"},{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"gB=="},{"type":"message","role":"assistant","content":"Yes"}]""",
            Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"reasoning.encrypted","data":"x","format":"anthropic-claude-v1","index":0}""")]
    [InlineData("""{"type":"reasoning.encrypted","data":"x","id":"rs_1","format":"xai-responses-v1","index":0}""")]
    [InlineData("""{"type":"reasoning.encrypted","data":"x","index":0}""")]
    [InlineData("""{"type":"reasoning.encrypted","data":"","id":"rs_1","format":"openai-responses-v1","index":0}""")]
    [InlineData("""{"type":"reasoning.summary","summary":"s","format":"openai-responses-v1","index":0}""")]
    [InlineData("""{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic-claude-v1","index":0}""")]
    public void Reasoning_that_the_provider_cannot_know_again_is_left_out(string detail)
    {
        var (body, _) = Write($$"""{"messages":[{"role":"assistant","content":"Yes","reasoning_details":[{{detail}}]}]}""");

        Heard.AssertJson("""[{"type":"message","role":"assistant","content":"Yes"}]""", body["input"]);
    }

    [Fact]
    public void Reasoning_of_which_nothing_came_is_left_out()
    {
        var (body, _) = Write("""{"messages":[{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"x","id":"rs_1","format":"openai-responses-v1","index":0}]}]}""");

        Heard.AssertJson("[]", body["input"]);
    }

    [Fact]
    public void An_item_without_encrypted_content_is_not_mixed_into_the_next()
    {
        var (body, _) = Write("""
            {"messages":[{"role":"assistant","content":"Yes","reasoning_details":[
            {"type":"reasoning.summary","summary":"lost","format":"openai-responses-v1","index":0},
            {"type":"reasoning.summary","summary":"ke","format":"openai-responses-v1","index":2},
            {"type":"reasoning.summary","summary":"pt","format":"openai-responses-v1","index":2},
            {"type":"reasoning.text","text":"thought","format":"openai-responses-v1","index":3},
            {"type":"reasoning.encrypted","data":"x","id":"rs_1","format":"openai-responses-v1","index":3}]}]}
            """);

        Heard.AssertJson(
            """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"kept"}],"content":[{"type":"reasoning_text","text":"thought"}],"encrypted_content":"x"}""",
            body["input"]![0]);
    }

    [Fact]
    public void A_provider_has_its_own_reasoning_format()
    {
        var dialect = new OpenAiResponsesDialect(new ResponsesTraits { ReasoningFormat = "xai-responses-v1" });
        var (body, _) = Heard.Write(
            dialect, """{"messages":[{"role":"assistant","content":"Yes","reasoning_details":[{"type":"reasoning.encrypted","data":"x","format":"xai-responses-v1","index":0}]}]}""", Heard.Target("grok"));

        Assert.Equal("x", (string?)body["input"]![0]!["encrypted_content"]);
        Assert.Equal("xai-responses-v1", Encoding.UTF8.GetString(dialect.ReasoningFormat));
    }

    [Fact]
    public void Parameters_that_the_API_has_keep_their_values()
    {
        var (body, request) = Write("""
            {"messages":[],"temperature":0.7,"top_p":0.9,"max_tokens":300,"logprobs":true,"top_logprobs":4,"service_tier":"flex","user":"u",
            "metadata":{"a":"b"},"prompt_cache_key":"k","safety_identifier":"s","prompt_cache_retention":null,"session_id":"x"}
            """);

        Assert.Equal((0.7, 0.9, 300, 4), ((double)body["temperature"]!, (double)body["top_p"]!, (int)body["max_output_tokens"]!, (int)body["top_logprobs"]!));
        Heard.AssertJson("""["reasoning.encrypted_content","message.output_text.logprobs"]""", body["include"]);
        Assert.Equal(("flex", "u", "k", "s"), ((string?)body["service_tier"], (string?)body["user"], (string?)body["prompt_cache_key"], (string?)body["safety_identifier"]));
        Heard.AssertJson("""{"a":"b"}""", body["metadata"]);
        Assert.Null(body["session_id"] ?? body["prompt_cache_retention"]);
        Assert.Equal(Parameters.None, request.Dropped);
    }

    [Fact]
    public void What_the_API_has_not_is_reported()
    {
        var (body, request) = Write("""
            {"messages":[],"stop":["a"],"seed":1,"frequency_penalty":1,"presence_penalty":1,"repetition_penalty":1,"top_k":1,"min_p":0.1,"top_a":0.1,
            "logit_bias":{"1":1},"prediction":{"type":"content","content":"x"}}
            """);

        Assert.Equal(
            Parameters.Stop | Parameters.Seed | Parameters.FrequencyPenalty | Parameters.PresencePenalty | Parameters.RepetitionPenalty
            | Parameters.TopK | Parameters.MinP | Parameters.TopA | Parameters.LogitBias | Parameters.Prediction,
            request.Dropped);
        Assert.Equal(["model", "store", "input", "include"], body.AsObject().Select(member => member.Key));
        Assert.False(OpenAiResponsesDialect.Instance.HasChoices);
    }

    [Fact]
    public void What_the_endpoint_has_not_is_reported()
    {
        var (body, request) = Write(
            """{"messages":[],"temperature":1,"top_p":1,"verbosity":"low","logprobs":true,"web_search_options":{}}""",
            without: Parameters.Temperature | Parameters.TopP | Parameters.Verbosity | Parameters.Logprobs | Parameters.TopLogprobs | Parameters.WebSearchOptions);

        Assert.Equal(
            Parameters.Temperature | Parameters.TopP | Parameters.Verbosity | Parameters.Logprobs | Parameters.WebSearchOptions, request.Dropped);
        Assert.Null(body["temperature"] ?? body["top_p"] ?? body["text"] ?? body["tools"]);
    }

    // The API takes no limit below 16.
    [Fact]
    public void A_limit_that_is_too_small_is_raised_and_reported()
    {
        var (body, request) = Write("""{"messages":[],"max_completion_tokens":5}""");
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var affordable = OpenAiResponsesDialect.Instance.WriteRequest(
            CanonicalChatReader.Read("""{"messages":[],"max_tokens":100}"""u8.ToArray()), Heard.Target("m") with { MaxOutputTokens = 64 }, output);

        Assert.Equal((16, Parameters.MaxCompletionTokens), ((int)body["max_output_tokens"]!, request.Dropped));
        Assert.Equal((64, Parameters.None), ((int)JsonNode.Parse(output.WrittenSpan)!["max_output_tokens"]!, affordable.Dropped));
    }

    // https://platform.openai.com/docs/guides/tools-web-search
    [Fact]
    public void Search_options_are_a_tool()
    {
        var (body, request) = Write("""{"messages":[],"web_search_options":{"search_context_size":"high","user_location":{"type":"approximate","approximate":{"country":"JP","city":"Tokyo","region":null}}}}""");

        Heard.AssertJson("""[{"type":"web_search","search_context_size":"high","user_location":{"type":"approximate","country":"JP","city":"Tokyo"}}]""", body["tools"]);
        Assert.Equal((Parameters.None, Parameters.WebSearchOptions), (request.Dropped, request.Emulated));
    }

    [Fact]
    public void What_the_model_drew_is_shown_to_it_again()
    {
        var (body, _) = Write("""{"messages":[{"role":"assistant","content":"Here","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},{"role":"user","content":"Bluer"}]}""");

        Heard.AssertJson("""
            [{"type":"message","role":"assistant","content":"Here"},
             {"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"}]},
             {"type":"message","role":"user","content":"Bluer"}]
            """, body["input"]);
    }

    private static (JsonNode Body, DialectRequest Request) Write(
        string chat, Parameters without = Parameters.None, ResponsesTraits? traits = null, string[]? efforts = null) =>
        Heard.Write(new OpenAiResponsesDialect(traits ?? new ResponsesTraits()), chat, Heard.Target("gpt-5", without) with { Efforts = efforts });
}
