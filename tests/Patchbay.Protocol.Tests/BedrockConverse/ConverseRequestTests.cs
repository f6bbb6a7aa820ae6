using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and the pages named at the tests.
public sealed class ConverseRequestTests
{
    private const string Claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    [Fact]
    public void A_conversation_becomes_system_blocks_and_turns()
    {
        var (body, request) = Write(
            """
            {"model":"x","max_tokens":100,"stream":true,"temperature":1.5,"stop":["END"," "],"messages":[
              {"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"In verse.","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
              {"role":"user","name":"Ann","content":"One"},{"role":"user","content":[{"type":"text","text":"Two","cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"text","text":""}]},
              {"role":"assistant","content":"Three\u00e9\n"},{"role":"user","content":"Four"}]}
            """);

        Heard.AssertJson(
            """
            {"system":[{"text":"Be brief."},{"text":"In verse."},{"cachePoint":{"type":"default","ttl":"1h"}}],
             "messages":[{"role":"user","content":[{"text":"Ann: One"},{"text":"Two"},{"cachePoint":{"type":"default"}}]},
               {"role":"assistant","content":[{"text":"Threeé\n"}]},{"role":"user","content":[{"text":"Four"}]}],
             "inferenceConfig":{"maxTokens":100,"temperature":1,"stopSequences":["END"]}}
            """, body);
        Assert.Equal((Parameters.Stop, Parameters.None), (request.Dropped, request.Emulated));
    }

    // …/API_runtime_ImageBlock.html, …/API_runtime_DocumentBlock.html, …/API_runtime_VideoBlock.html, …/API_runtime_AudioBlock.html
    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA"}}""", """{"image":{"format":"jpeg","source":{"bytes":"AAAA"}}}""")]
    [InlineData("""{"type":"image_url","image_url":{"url":"s3://b/a.PNG"}}""", """{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/a.PNG"}}}}""")]
    [InlineData("""{"type":"file","file":{"filename":"my_report  (v2).pdf","file_data":"data:application/pdf;base64,JVBE"}}""", """{"document":{"format":"pdf","name":"my report (v2)","source":{"bytes":"JVBE"}}}""")]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain;base64,aGk="}}""", """{"document":{"format":"txt","name":"document","source":{"bytes":"aGk="}}}""")]
    [InlineData("""{"type":"file","file":{"file_data":"data:image/png;base64,AAAA"}}""", """{"image":{"format":"png","source":{"bytes":"AAAA"}}}""")]
    [InlineData("""{"type":"video_url","video_url":{"url":"data:video/quicktime;base64,AAAA"}}""", """{"video":{"format":"mov","source":{"bytes":"AAAA"}}}""")]
    [InlineData("""{"type":"video_url","video_url":{"url":"s3://b/v.3gp"}}""", """{"video":{"format":"three_gp","source":{"s3Location":{"uri":"s3://b/v.3gp"}}}}""")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}""", """{"audio":{"format":"wav","source":{"bytes":"AAAA"}}}""")]
    public void Media_parts_become_blocks(string part, string block)
    {
        var (body, request) = Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""");

        Heard.AssertJson(block, body["messages"]![0]!["content"]![0]);
        Assert.Equal(Modalities.None, request.Unsayable);
    }

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://e.com/a.png"}}""", Modalities.Image)]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/tiff;base64,AA"}}""", Modalities.Image)]
    [InlineData("""{"type":"file","file":{"file_id":"file_1"}}""", Modalities.File)]
    [InlineData("""{"type":"video_url","video_url":{"url":"https://e.com/v.mp4"}}""", Modalities.Video)]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AA","format":"amr"}}""", Modalities.Audio)]
    public void What_the_dialect_cannot_say_is_told(string part, Modalities unsayable)
    {
        var (_, request) = Write($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""");

        Assert.Equal(unsayable, request.Unsayable);
    }

    [Fact]
    public void Documents_get_different_names_and_a_text_beside_them()
    {
        const string Part = """{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}""";
        var (body, _) = Write($$"""{"messages":[{"role":"user","content":[{{Part}},{{Part}},{{Part}}]}]}""");

        var blocks = body["messages"]![0]!["content"]!.AsArray();
        Assert.Equal(["a", "a 2", "a 3", null], blocks.Select(block => (string?)block!["document"]?["name"]));
        Assert.Equal("The document is attached.", (string?)blocks[^1]!["text"]);
    }

    // …/API_runtime_ToolConfiguration.html, …/API_runtime_ToolResultBlock.html
    [Fact]
    public void Tools_calls_and_results_find_their_blocks()
    {
        var (body, request) = Write(
            """
            {"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true},"cache_control":{"type":"ephemeral"}},
                      {"type":"function","function":{"name":"g"}}],
             "parallel_tool_calls":false,"messages":[
              {"role":"user","content":"q"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{\"a\": \"b\"}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"broken"}}]},
              {"role":"tool","tool_call_id":"functions.f:0","content":"fine"},
              {"role":"tool","tool_call_id":"c2","is_error":true,"content":[{"type":"text","text":"see","cache_control":{"type":"ephemeral"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
              {"role":"user","content":"and?"}]}
            """);

        Heard.AssertJson(
            """
            {"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object","properties":{"a":{"type":"string"}}}},"strict":true}},{"cachePoint":{"type":"default"}},
              {"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object"}}}}]}
            """, body["toolConfig"]);
        Heard.AssertJson(
            """
            [{"role":"user","content":[{"text":"q"}]},
             {"role":"assistant","content":[{"toolUse":{"toolUseId":"functions_f_0","name":"f","input":{"a":"b"}}},{"toolUse":{"toolUseId":"c2","name":"g","input":{}}}]},
             {"role":"user","content":[{"toolResult":{"toolUseId":"functions_f_0","content":[{"text":"fine"}]}},
               {"toolResult":{"toolUseId":"c2","content":[{"text":"see"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}],"status":"error"}},{"cachePoint":{"type":"default"}},
               {"text":"and?"}]}]
            """, body["messages"]);
        Assert.Equal(Parameters.ParallelToolCalls, request.Dropped);
    }

    // …/API_runtime_ToolChoice.html
    [Theory]
    [InlineData("\"auto\"", """{"auto":{}}""")]
    [InlineData("\"required\"", """{"any":{}}""")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", """{"tool":{"name":"f"}}""")]
    public void Every_tool_choice_has_its_form(string choice, string expected)
    {
        var (body, request) = Write(
            $$"""{"tools":[{"type":"function","function":{"name":"f"} }],"tool_choice":{{choice}},"messages":[{"role":"user","content":"q"}]}""");

        Heard.AssertJson(expected, body["toolConfig"]!["toolChoice"]);
        Assert.Equal(Parameters.None, request.Dropped);
    }

    [Fact]
    public void Without_the_choice_of_tools_there_are_none_unless_they_were_called_before()
    {
        const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"none\"";
        const string Past = """{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}""";

        Assert.Null(Write($$"""{ {{Tools}},"messages":[{"role":"user","content":"q"}]}""").Body["toolConfig"]);
        var (body, request) = Write($$"""{ {{Tools}},"messages":[{"role":"user","content":"q"},{{Past}}]}""");
        var (past, _) = Write($$"""{"messages":[{"role":"user","content":"q"},{{Past}}]}""");

        Heard.AssertJson("""{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}""", body["toolConfig"]);
        Assert.Equal(Parameters.ToolChoice, request.Dropped);
        Heard.AssertJson("""{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}""", past["toolConfig"]);
    }

    // https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html, …-adaptive-thinking.html,
    // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
    [Theory]
    [InlineData(Claude, "\"effort\":\"high\"", """{"thinking":{"type":"enabled","budget_tokens":8000}}""")]
    [InlineData(Claude, "\"max_tokens\":2000", """{"thinking":{"type":"enabled","budget_tokens":2000}}""")]
    [InlineData("anthropic.claude-opus-4-6-v1", "\"effort\":\"xhigh\"", """{"thinking":{"type":"adaptive"},"output_config":{"effort":"xhigh"}}""")]
    [InlineData("anthropic.claude-opus-4-7", "\"enabled\":true", """{"thinking":{"type":"adaptive","display":"summarized"}}""")]
    [InlineData("anthropic.claude-opus-5", "\"effort\":\"none\"", """{"thinking":{"type":"disabled"}}""")]
    [InlineData(Claude, "\"enabled\":false", null)]
    [InlineData("us.amazon.nova-2-lite-v1:0", "\"effort\":\"high\"", """{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}""")]
    [InlineData("us.amazon.nova-2-lite-v1:0", "\"effort\":\"none\"", """{"reasoningConfig":{"type":"disabled"}}""")]
    [InlineData("openai.gpt-oss-120b-1:0", "\"effort\":\"high\"", """{"reasoning_effort":"high"}""")]
    [InlineData("meta.llama3-1-8b-instruct-v1:0", "\"effort\":\"high\"", null)]
    public void Reasoning_is_asked_for_as_the_model_wants(string model, string reasoning, string? fields)
    {
        var (body, request) = Write(
            $$"""{"max_tokens":10000,"reasoning":{ {{reasoning}} },"messages":[{"role":"user","content":"q"}]}""", model);

        if (fields is null)
        {
            Assert.Null(body["additionalModelRequestFields"]);
            Assert.Equal(model.StartsWith("meta", StringComparison.Ordinal) ? Parameters.Reasoning : Parameters.None, request.Dropped);
            return;
        }

        Heard.AssertJson(fields, body["additionalModelRequestFields"]);
        Assert.Equal(10000, (int?)body["inferenceConfig"]!["maxTokens"]);
    }

    [Fact]
    public void The_highest_effort_of_Nova_takes_neither_limit_nor_sampling()
    {
        var (body, request) = Write(
            """{"reasoning":{"effort":"high"},"temperature":0.5,"messages":[{"role":"user","content":"q"}]}""", "amazon.nova-2-lite-v1:0");

        Heard.AssertJson("""{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}}""", body["additionalModelRequestFields"]);
        Assert.Null(body["inferenceConfig"]);
        Assert.Equal(Parameters.Temperature, request.Dropped);
    }

    // https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html
    [Theory]
    [InlineData(Claude, """{"top_k":40,"anthropic_beta":["x"]}""")]
    [InlineData("amazon.nova-pro-v1:0", """{"inferenceConfig":{"topK":40},"anthropic_beta":["x"]}""")]
    [InlineData("meta.llama3-1-8b-instruct-v1:0", """{"anthropic_beta":["x"]}""")]
    public void What_Converse_has_no_field_for_goes_to_the_model(string model, string fields)
    {
        var (body, request) = Write(
            """{"top_k":40,"seed":1,"additionalModelRequestFields":{"anthropic_beta":["x"]},"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},"performanceConfig":{"latency":"optimized"},"service_tier":"flex","messages":[{"role":"user","content":"q"}]}""", model);

        Heard.AssertJson(fields, body["additionalModelRequestFields"]);
        Heard.AssertJson("""{"guardrailIdentifier":"g","guardrailVersion":"1"}""", body["guardrailConfig"]);
        Heard.AssertJson("""{"latency":"optimized"}""", body["performanceConfig"]);
        Heard.AssertJson("""{"type":"flex"}""", body["serviceTier"]);
        Assert.Equal(model.StartsWith("meta", StringComparison.Ordinal) ? Parameters.Seed | Parameters.TopK : Parameters.Seed, request.Dropped);
    }

    [Fact]
    public void Only_models_with_a_cache_get_cache_points()
    {
        const string Chat = """{"messages":[{"role":"user","content":[{"type":"text","text":"q","cache_control":{"type":"ephemeral"}}]}]}""";

        Assert.Equal(2, Write(Chat, "amazon.nova-lite-v1:0").Body["messages"]![0]!["content"]!.AsArray().Count);
        Assert.Equal(2, Write(Chat, "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc").Body["messages"]![0]!["content"]!.AsArray().Count);
        Assert.Single(Write(Chat, "meta.llama3-1-8b-instruct-v1:0").Body["messages"]![0]!["content"]!.AsArray());
    }

    // https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html, …/API_runtime_OutputConfig.html
    [Fact]
    public void A_structured_answer_is_asked_for_natively_else_by_a_call_else_in_words()
    {
        const string Chat = """{"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object","properties":{"a":{"const":"\u00e9\""}}}}},"messages":[{"role":"user","content":"q"}]}""";

        var (native, request) = Write(Chat);
        var (call, emulated) = Write(Chat, without: Parameters.StructuredOutputs);
        var (words, told) = Write(Chat, without: Parameters.StructuredOutputs | Parameters.ToolChoice);

        var format = native["outputConfig"]!["textFormat"]!;
        Assert.Equal("json_schema", (string?)format["type"]);
        var schema = format["structure"]!["jsonSchema"]!;
        Assert.Equal(("n", "d"), ((string?)schema["name"], (string?)schema["description"]));
        Heard.AssertJson("""{"type":"object","properties":{"a":{"const":"é\""}}}""", JsonNode.Parse((string)schema["schema"]!));
        Assert.Equal((Parameters.None, null), (request.Emulated, request.AnswerTool));
        Heard.AssertJson("""{"tool":{"name":"json_answer"}}""", call["toolConfig"]!["toolChoice"]);
        Assert.Equal(("json_answer", Parameters.ResponseFormat | Parameters.StructuredOutputs), (emulated.AnswerTool, emulated.Emulated));
        Assert.Null(words["toolConfig"]);
        Assert.Contains("JSON schema", (string?)words["system"]![0]!["text"]);
        Assert.Null(told.AnswerTool);
    }

    [Fact]
    public void A_forced_call_excludes_thinking()
    {
        var (body, request) = Write(
            """{"reasoning":{"effort":"high"},"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required","messages":[{"role":"user","content":"q"}]}""");

        Assert.Null(body["additionalModelRequestFields"]);
        Assert.Equal(Parameters.Reasoning, request.Dropped);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
    [Fact]
    public void Three_turns_of_tool_use_keep_reasoning_and_signatures_byte_for_byte()
    {
        var messages = new JsonArray(JsonNode.Parse("""{"role":"user","content":"q"}"""));
        var expected = new JsonArray(JsonNode.Parse("""{"role":"user","content":[{"text":"q"}]}"""));
        for (var turn = 0; turn < 3; turn++)
        {
            var thought = $"step {turn}: \"é\"\n🙂";
            var signature = Convert.ToBase64String(Enumerable.Range(0, 200).Select(i => (byte)((i * 7) + turn)).ToArray());
            var heard = Heard.Stream(ConverseDialect.Instance, [
                ("messageStart", """{"role":"assistant"}"""),
                ("contentBlockDelta", DeltaOf(0, "reasoningContent", new JsonObject { ["text"] = thought[..5] })),
                ("contentBlockDelta", DeltaOf(0, "reasoningContent", new JsonObject { ["text"] = thought[5..] })),
                ("contentBlockDelta", DeltaOf(0, "reasoningContent", new JsonObject { ["signature"] = signature })),
                ("contentBlockStop", """{"contentBlockIndex":0}"""),
                ("contentBlockDelta", DeltaOf(1, "reasoningContent", new JsonObject { ["redactedContent"] = signature })),
                ("contentBlockStop", """{"contentBlockIndex":1}"""),
                ("contentBlockStart", $$$"""{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_{{{turn}}}","name":"f"} } }"""),
                ("contentBlockDelta", DeltaOf(2, "toolUse", new JsonObject { ["input"] = "{\"a\":" })),
                ("contentBlockDelta", DeltaOf(2, "toolUse", new JsonObject { ["input"] = "1}" })),
                ("contentBlockStop", """{"contentBlockIndex":2}"""),
                ("messageStop", """{"stopReason":"tool_use"}"""),
                ("metadata", """{"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}""")]);
            var call = heard.Calls[0];
            messages.Add(new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = null,
                ["reasoning_details"] = new JsonArray([.. heard.Details]),
                ["tool_calls"] = new JsonArray(new JsonObject { ["id"] = call.Id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments } }),
            });
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call.Id, ["content"] = "ok" });
            expected.Add(new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = new JsonArray(
                    new JsonObject { ["reasoningContent"] = new JsonObject { ["reasoningText"] = new JsonObject { ["text"] = thought, ["signature"] = signature } } },
                    new JsonObject { ["reasoningContent"] = new JsonObject { ["redactedContent"] = signature } },
                    JsonNode.Parse($$$"""{"toolUse":{"toolUseId":"tooluse_{{{turn}}}","name":"f","input":{"a":1} } }""")),
            });
            expected.Add(JsonNode.Parse($$$"""{"role":"user","content":[{"toolResult":{"toolUseId":"tooluse_{{{turn}}}","content":[{"text":"ok"}]}}]}"""));
        }

        var (body, _) = Write(new JsonObject { ["messages"] = messages }.ToJsonString());

        Heard.AssertJson(expected.ToJsonString(), body["messages"]);
    }

    [Fact]
    public void Thoughts_of_others_and_unsigned_ones_are_left_out()
    {
        var (body, _) = Write(
            """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","reasoning_details":[{"type":"reasoning.text","text":"x"},{"type":"reasoning.encrypted","data":"y","format":"openai-responses-v1"},{"type":"reasoning.summary","summary":"z"}]},{"role":"user","content":"r"}]}""");

        Heard.AssertJson("""[{"text":"a"}]""", body["messages"]![1]!["content"]);
    }

    [Fact]
    public void Ids_that_are_too_long_stay_different_and_fit()
    {
        var ids = Enumerable.Range(0, 3).Select(i => new string('x', 80) + i).ToArray();
        var calls = string.Join(',', ids.Select(id => $$$"""{"id":"{{{id}}}","type":"function","function":{"name":"f","arguments":"{}"}}"""));
        var results = string.Join(',', ids.Select(id => $$"""{"role":"tool","tool_call_id":"{{id}}","content":"r"}"""));

        var (body, _) = Write($$"""{"messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{{calls}}]},{{results}}]}""");

        var written = body["messages"]![1]!["content"]!.AsArray().Select(block => (string)block!["toolUse"]!["toolUseId"]!).ToArray();
        Assert.Equal(3, written.Distinct().Count());
        Assert.All(written, id => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id));
        Assert.Equal(written, body["messages"]![2]!["content"]!.AsArray().Select(block => (string)block!["toolResult"]!["toolUseId"]!));
    }

    [Fact]
    public void Speakers_take_turns_whatever_the_order_of_messages() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
            Gen.ListOf(Gen.Elements(
                """{"role":"user","content":"a"}""", """{"role":"user","content":" "}""", """{"role":"system","content":"s"}""",
                """{"role":"assistant","content":"b"}""", """{"role":"assistant","content":"","reasoning":"r"}""", """{"role":"tool","tool_call_id":"c","content":""}""",
                """{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":""}}]}""")).ToArbitrary(),
            list =>
            {
                var (body, _) = Write("{\"messages\":[" + string.Join(',', list) + "]}");
                string? last = null;
                foreach (var message in body["messages"]!.AsArray())
                {
                    if ((string?)message!["role"] == last || message["content"]!.AsArray().Count == 0)
                    {
                        return false;
                    }

                    last = (string?)message["role"];
                }

                return true;
            }));

    private static string DeltaOf(int index, string kind, JsonObject inner) =>
        new JsonObject { ["contentBlockIndex"] = index, ["delta"] = new JsonObject { [kind] = inner } }.ToJsonString();

    private static (JsonNode Body, DialectRequest Request) Write(string chat, string model = Claude, Parameters without = Parameters.None) =>
        Heard.Write(ConverseDialect.Instance, chat, Heard.Target(model, without));
}
