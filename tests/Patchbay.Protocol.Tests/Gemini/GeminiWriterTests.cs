using System.Buffers;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

// The bodies follow https://ai.google.dev/api/generate-content and the guides that are named at each.
public sealed class GeminiWriterTests
{
    private const Parameters Everything = (Parameters)ulong.MaxValue;

    // https://ai.google.dev/gemini-api/docs/text-generation#system-instructions, #multi-turn-conversations
    [Fact]
    public void System_and_speakers_find_their_places()
    {
        var (body, _) = Write("""
            {"messages":[{"role":"system","content":"You are a cat."},{"role":"user","content":"Hello"},
            {"role":"assistant","content":"Great to \"meet\" you."},{"role":"developer","content":"Be short."},
            {"role":"user","name":"Ann","content":[{"type":"text","text":"And"},{"type":"text","text":"now?"}]}]}
            """);

        AssertJson("""{"parts":[{"text":"You are a cat."},{"text":"Be short."}]}""", body["systemInstruction"]);
        AssertJson("""
            [{"role":"user","parts":[{"text":"Hello"}]},{"role":"model","parts":[{"text":"Great to \"meet\" you."}]},
             {"role":"user","parts":[{"text":"Ann: And"},{"text":"now?"}]}]
            """, body["contents"]);
    }

    [Theory]
    [InlineData("gemini-2.5-flash", """{"messages":[{"role":"system","content":"Hi"}]}""")]
    [InlineData("gemma-3-27b-it", """{"messages":[{"role":"system","content":"Hi"},{"role":"assistant","content":""}]}""")]
    [InlineData("gemini-2.5-flash", """{"prompt":"Hi"}""")]
    public void Where_there_is_no_system_the_user_says_it(string model, string request)
    {
        var (body, _) = Write(request, model);

        Assert.Null(body["systemInstruction"]);
        AssertJson("""[{"role":"user","parts":[{"text":"Hi"}]}]""", body["contents"]);
    }

    // https://ai.google.dev/gemini-api/docs/image-understanding, …/document-processing, …/audio, …/video-understanding
    [Fact]
    public void Media_go_inline_or_by_address()
    {
        var (body, report) = Write("""
            {"messages":[{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"data:image\/png;base64,iVBOR\/w0="}},
              {"type":"image_url","image_url":{"url":"https://x.example/cat.webp?size=1"}},
              {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},
              {"type":"file","file":{"filename":"b.csv","file_data":"data:application/octet-stream;base64,YQ=="}},
              {"type":"file","file":{"filename":"c.pdf","file_id":"files/abc-123"}},
              {"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},
              {"type":"video_url","video_url":{"url":"https://www.youtube.com/watch?v=9hE5-98ZeCg"}},
              {"type":"file","file":{"file_data":"gs://bucket/d.txt"}}]}]}
            """);

        AssertJson("""
            [{"inlineData":{"mimeType":"image/png","data":"iVBOR/w0="}},
             {"fileData":{"mimeType":"image/webp","fileUri":"https://x.example/cat.webp?size=1"}},
             {"inlineData":{"mimeType":"application/pdf","data":"JVBE"}},
             {"inlineData":{"mimeType":"text/csv","data":"YQ=="}},
             {"fileData":{"mimeType":"application/pdf","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc-123"}},
             {"inlineData":{"mimeType":"audio/wav","data":"UklG"}},
             {"fileData":{"mimeType":"video/mp4","fileUri":"https://www.youtube.com/watch?v=9hE5-98ZeCg"}},
             {"fileData":{"mimeType":"text/plain","fileUri":"gs://bucket/d.txt"}}]
            """, body["contents"]![0]!["parts"]);
        Assert.Equal(Modalities.None, report.Unsayable);
    }

    [Fact]
    public void A_file_of_another_provider_cannot_be_said()
    {
        var (_, report) = Write("""{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-6F2ks"}}]}]}""");

        Assert.Equal(Modalities.File, report.Unsayable);
    }

    // https://ai.google.dev/gemini-api/docs/function-calling
    [Fact]
    public void Functions_keep_their_schema_and_the_choice_becomes_a_mode()
    {
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"set_light","description":"Sets it.","parameters":{"type":"object","properties":{"level":{"type":["integer","null"],"$comment":"x"}},"additionalProperties":false}}},
            {"type":"function","function":{"name":"now"}},{"type":"google_search"},{"codeExecution":{}}]
            """;
        var (body, report) = Write($$$$"""{"messages":[{"role":"user","content":"x"}],{{{{Tools}}}},"tool_choice":{"type":"function","function":{"name":"now"}},"parallel_tool_calls":false}""");

        AssertJson("""
            [{"functionDeclarations":[{"name":"set_light","description":"Sets it.","parametersJsonSchema":{"type":"object","properties":{"level":{"type":["integer","null"],"$comment":"x"}},"additionalProperties":false}},{"name":"now"}]},
             {"googleSearch":{}},{"codeExecution":{}}]
            """, body["tools"]);
        AssertJson("""{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["now"]}}""", body["toolConfig"]);
        Assert.Equal(Parameters.ParallelToolCalls, report.Dropped);
    }

    [Theory]
    [InlineData("\"auto\"", "AUTO")]
    [InlineData("\"none\"", "NONE")]
    [InlineData("\"required\"", "ANY")]
    [InlineData("null", null)]
    public void Choices_become_modes(string choice, string? mode)
    {
        var (body, _) = Write($$$$"""{"messages":[],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{{{{choice}}}}}""");

        Assert.Equal(mode, (string?)body["toolConfig"]?["functionCallingConfig"]!["mode"]);
    }

    [Fact]
    public void Strict_functions_are_validated()
    {
        var (body, _) = Write("""{"messages":[],"tools":[{"type":"function","function":{"name":"f","strict":true}}]}""");

        Assert.Equal("VALIDATED", (string?)body["toolConfig"]!["functionCallingConfig"]!["mode"]);
    }

    // https://ai.google.dev/gemini-api/docs/function-calling#parallel_function_calling, #multimodal
    [Fact]
    public void Responses_stand_together_in_the_order_of_their_calls()
    {
        const string Request = """
            {"messages":[{"role":"user","content":"Go"},
            {"role":"assistant","content":null,"tool_calls":[
              {"id":"call_0g_r_0","type":"function","function":{"name":"first","arguments":"{\"a\":1}"}},
              {"id":"toolu_2","type":"function","function":{"name":"second","arguments":"broken"}}]},
            {"role":"tool","tool_call_id":"toolu_2","content":[{"type":"text","text":"seen"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]},
            {"role":"tool","tool_call_id":"call_0g_r_0","content":"{\"n\": 1}"},
            {"role":"user","content":"Thanks"}]}
            """;
        var (body, _) = Write(Request, "gemini-3-pro-preview");

        AssertJson("""
            [{"role":"user","parts":[{"text":"Go"}]},
             {"role":"model","parts":[
               {"functionCall":{"name":"first","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"},
               {"functionCall":{"id":"toolu_2","name":"second","args":{}}}]},
             {"role":"user","parts":[
               {"functionResponse":{"name":"first","response":{"n":1}}},
               {"functionResponse":{"id":"toolu_2","name":"second","response":{"output":"seen"},"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}}]},
             {"role":"user","parts":[{"text":"Thanks"}]}]
            """, body["contents"]);

        var (older, _) = Write(Request, "gemini-2.5-flash", GeminiDialect.Vertex);
        AssertJson("""
            [{"functionResponse":{"name":"first","response":{"n":1}}},
             {"functionResponse":{"name":"second","response":{"output":"seen"}}},{"inlineData":{"mimeType":"image/png","data":"aGk="}}]
            """, older["contents"]![2]!["parts"]);
        AssertJson("""{"functionCall":{"name":"second","args":{}}}""", older["contents"]![1]!["parts"]![1]);
    }

    [Fact]
    public void A_failed_function_says_so()
    {
        var (body, _) = Write("""
            {"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":""}}]},
            {"role":"tool","tool_call_id":"a","content":"{\"x\":1}","is_error":true},{"role":"tool","tool_call_id":"gone","name":"g","content":"[1]"}]}
            """);

        AssertJson("""
            [{"functionResponse":{"id":"a","name":"f","response":{"error":"{\"x\":1}"}}},{"functionResponse":{"id":"gone","name":"g","response":{"output":"[1]"}}}]
            """, body["contents"]![1]!["parts"]);
    }

    // https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
    [Fact]
    public void Sampling_is_renamed_and_what_is_unknown_is_told()
    {
        var (body, report) = Write("""
            {"messages":[],"temperature":0.5,"top_p":0.9,"top_k":40,"max_tokens":100,"stop":["a","b","c","d","e","f"],"seed":3000000000,
             "frequency_penalty":2,"presence_penalty":-1,"logprobs":true,"top_logprobs":5,"min_p":0.1,"top_a":0.2,"repetition_penalty":1.1,
             "logit_bias":{"1":2},"verbosity":"low","prediction":{"type":"content","content":"x"},"modalities":["text","image"],
             "image_config":{"aspect_ratio":"16:9","image_size":"2K"},"safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
             "cached_content":"cachedContents/1","labels":{"team":"x"},"service_tier":"flex"}
            """);

        AssertJson("""
            {"temperature":0.5,"topP":0.9,"topK":40,"frequencyPenalty":1.99,"presencePenalty":-1,"seed":852516352,"maxOutputTokens":100,
             "responseLogprobs":true,"logprobs":5,"stopSequences":["a","b","c","d","e"],"responseModalities":["TEXT","IMAGE"],
             "imageConfig":{"aspectRatio":"16:9","imageSize":"2K"},"thinkingConfig":{"includeThoughts":true}}
            """, body["generationConfig"]);
        AssertJson("""[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}]""", body["safetySettings"]);
        Assert.Equal("cachedContents/1", (string?)body["cachedContent"]);
        Assert.Equal("flex", (string?)body["serviceTier"]);
        Assert.Null(body["labels"]);
        Assert.Equal(
            Parameters.MinP | Parameters.TopA | Parameters.RepetitionPenalty | Parameters.LogitBias | Parameters.Verbosity
                | Parameters.Prediction | Parameters.Stop,
            report.Dropped);

        var (vertex, _) = Write("""{"messages":[],"labels":{"team":"x"},"service_tier":"flex"}""", dialect: GeminiDialect.Vertex);
        AssertJson("""{"team":"x"}""", vertex["labels"]);
        Assert.Null(vertex["serviceTier"]);
    }

    [Fact]
    public void What_the_endpoint_does_not_honour_is_left_out_and_told()
    {
        var (body, report) = Write(
            """{"messages":[],"temperature":1,"top_k":3,"seed":1,"stop":"x","tools":[{"type":"function","function":{"name":"f"}}],"reasoning":{"effort":"high"},"response_format":{"type":"json_object"},"max_tokens":9}""",
            supported: Parameters.Temperature,
            limit: 7);

        AssertJson("""{"temperature":1,"maxOutputTokens":7}""", body["generationConfig"]);
        Assert.Null(body["tools"]);
        Assert.Equal(
            Parameters.TopK | Parameters.Seed | Parameters.Stop | Parameters.Tools | Parameters.Reasoning | Parameters.ResponseFormat,
            report.Dropped);
    }

    // https://ai.google.dev/gemini-api/docs/structured-output
    [Fact]
    public void An_answer_schema_goes_along_as_it_is()
    {
        var (body, report) = Write("""
            {"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"r","strict":true,"schema":{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"string"}}}}}}
            """);

        Assert.Equal("application/json", (string?)body["generationConfig"]!["responseMimeType"]);
        AssertJson("""{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"string"}}}""", body["generationConfig"]!["responseJsonSchema"]);
        Assert.Equal(Parameters.None, report.Dropped | report.Emulated);
    }

    [Fact]
    public void Before_Gemini_3_a_schema_beside_functions_is_a_function()
    {
        const string Request = """
            {"messages":[],"tools":[{"type":"function","function":{"name":"final_answer"}}],
             "response_format":{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object","properties":{"a":{"type":"string"}}}}}}
            """;
        var (body, report) = Write(Request, "gemini-2.5-pro");

        Assert.Null(body["generationConfig"]!["responseMimeType"]);
        AssertJson("""{"functionCallingConfig":{"mode":"ANY"}}""", body["toolConfig"]);
        AssertJson("""{"type":"object","properties":{"a":{"type":"string"}}}""", body["tools"]![0]!["functionDeclarations"]![1]!["parametersJsonSchema"]);
        Assert.Equal("final_answer_", report.AnswerTool);
        Assert.Equal(Parameters.ResponseFormat | Parameters.StructuredOutputs, report.Emulated);

        var (newer, plain) = Write(Request, "gemini-3-flash-preview");
        Assert.Equal("application/json", (string?)newer["generationConfig"]!["responseMimeType"]);
        Assert.Null(plain.AnswerTool);
    }

    // https://ai.google.dev/gemini-api/docs/thinking
    [Theory]
    [InlineData("gemini-2.5-flash", "", """{"includeThoughts":true}""")]
    [InlineData("gemini-2.5-flash-lite", "", null)]
    [InlineData("gemini-2.5-flash-lite", ",\"reasoning\":{\"enabled\":true}", """{"thinkingBudget":-1,"includeThoughts":true}""")]
    [InlineData("gemini-2.5-flash", ",\"reasoning\":{\"effort\":\"none\"}", """{"thinkingBudget":0}""")]
    [InlineData("gemini-2.5-pro", ",\"reasoning\":{\"enabled\":false}", """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-pro", ",\"reasoning\":{\"effort\":\"medium\"}", """{"thinkingBudget":16384,"includeThoughts":true}""")]
    [InlineData("gemini-2.5-pro", ",\"reasoning_effort\":\"high\",\"max_tokens\":1000", """{"thinkingBudget":800,"includeThoughts":true}""")]
    [InlineData("gemini-2.5-flash", ",\"reasoning\":{\"max_tokens\":99999,\"exclude\":true}", """{"thinkingBudget":24576}""")]
    [InlineData("gemini-3-pro-preview", ",\"reasoning\":{\"effort\":\"minimal\"}", """{"thinkingLevel":"LOW","includeThoughts":true}""")]
    [InlineData("gemini-3-pro-preview", ",\"reasoning\":{\"effort\":\"xhigh\"}", """{"thinkingLevel":"HIGH","includeThoughts":true}""")]
    [InlineData("models/gemini-3.1-pro-preview", ",\"reasoning\":{\"effort\":\"medium\"}", """{"thinkingLevel":"MEDIUM","includeThoughts":true}""")]
    [InlineData("gemini-3-flash-preview", ",\"reasoning\":{\"effort\":\"none\"}", """{"thinkingLevel":"MINIMAL"}""")]
    [InlineData("gemini-flash-latest", ",\"reasoning\":{\"effort\":\"low\"}", """{"thinkingLevel":"LOW","includeThoughts":true}""")]
    [InlineData("gemini-3-pro-preview", ",\"reasoning\":{\"max_tokens\":2000}", """{"thinkingBudget":2000,"includeThoughts":true}""")]
    public void Reasoning_becomes_levels_or_budgets(string model, string reasoning, string? expected)
    {
        var (body, _) = Write($$"""{"messages":[]{{reasoning}}}""", model);

        AssertJson(expected ?? "null", body["generationConfig"]!["thinkingConfig"]);
    }

    // https://ai.google.dev/gemini-api/docs/google-search
    [Fact]
    public void A_search_is_the_providers_own_tool()
    {
        var (body, report) = Write("""{"messages":[],"web_search_options":{}}""");
        AssertJson("""[{"googleSearch":{}}]""", body["tools"]);
        Assert.Equal(Parameters.None, report.Dropped);

        (body, report) = Write("""{"messages":[],"web_search_options":{},"tools":[{"type":"function","function":{"name":"f"}}]}""");
        Assert.Single(body["tools"]!.AsArray());
        Assert.Equal(Parameters.WebSearchOptions, report.Dropped);
    }

    [Fact]
    public void A_request_can_be_written_twice()
    {
        var request = CanonicalChatReader.Read(Bytes.Of("""{"messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"a","content":"y"}]}"""));
        var target = new DialectTarget { Model = "gemini-2.5-pro"u8.ToArray(), Supported = Everything };
        var first = new ArrayBufferWriter<byte>();
        var second = new ArrayBufferWriter<byte>();
        GeminiDialect.Gemini.WriteRequest(request, target, first);
        GeminiDialect.Gemini.WriteRequest(request, target, second);

        Assert.Equal(Bytes.Text(first), Bytes.Text(second));
    }

    private static (JsonNode Body, DialectRequest Report) Write(
        string request, string model = "gemini-2.5-flash", Dialect? dialect = null, Parameters supported = Everything, long? limit = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var report = (dialect ?? GeminiDialect.Gemini).WriteRequest(
            CanonicalChatReader.Read(Bytes.Of(request)),
            new DialectTarget { Model = Bytes.Of(model), Supported = supported, MaxOutputTokens = limit },
            output);
        return (JsonNode.Parse(output.WrittenSpan)!, report);
    }

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString() ?? "nothing");
}
