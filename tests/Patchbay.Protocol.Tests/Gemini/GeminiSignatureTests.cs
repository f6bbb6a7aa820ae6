using System.Buffers;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

// https://ai.google.dev/gemini-api/docs/thought-signatures: signatures go back as they came, in the parts they came in.
public sealed class GeminiSignatureTests
{
    private static readonly string[] Signatures =
        ["Eo0HCooH+/AbcVkd==", "CiQBVKhc7vwyUm\\/zZ==", "EkcKRQFUqFzv\\u003d\\u003d", "AY89a18a8/Loc2wl5oft+F3qHoU4V=="];

    // The parts of three answers of the model, the second with two calls at once.
    private static readonly string[][] Turns =
    [
        [
            """{"text":"I should look.","thought":true}""", """{"text":"Ich prüfe "}""", """{"text":"das 🙂."}""",
            $$$$"""{"functionCall":{"id":"fc1","name":"check_flight","args":{"flight":"AA100"}},"thoughtSignature":"{{{{Signatures[0]}}}}"}""",
        ],
        [
            $$$$"""{"functionCall":{"name":"book_taxi","args":{"time":"10 AM"}},"thoughtSignature":"{{{{Signatures[1]}}}}"}""",
            """{"functionCall":{"name":"book_taxi","args":{"time":"11 AM"}}}""",
        ],
        [
            """{"text":"Alles "}""", """{"text":"gebucht – "}""", $$"""{"text":"fertig.","thoughtSignature":"{{Signatures[2]}}"}""",
            $$"""{"text":"","thoughtSignature":"{{Signatures[3]}}"}""",
        ],
    ];

    // What the model must find in its turns of the history: texts without a signature may be joined.
    private static readonly string[] Expected =
    [
        $$$$"""[{"text":"Ich prüfe das 🙂."},{"functionCall":{"id":"fc1","name":"check_flight","args":{"flight":"AA100"}},"thoughtSignature":"{{{{Signatures[0]}}}}"}]""",
        $$$$"""
        [{"functionCall":{"name":"book_taxi","args":{"time":"10 AM"}},"thoughtSignature":"{{{{Signatures[1]}}}}"},
         {"functionCall":{"name":"book_taxi","args":{"time":"11 AM"}}}]
        """,
        $$"""[{"text":"Alles gebucht – "},{"text":"fertig.","thoughtSignature":"{{Signatures[2]}}"},{"text":"","thoughtSignature":"{{Signatures[3]}}"}]""",
    ];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Signatures_survive_three_turns_byte_for_byte(bool stream, bool fragments)
    {
        var history = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Fly me." });
        for (var turn = 0; turn < Turns.Length; turn++)
        {
            var message = stream ? Streamed(turn, fragments) : Whole(turn);
            history.Add(message);
            foreach (var call in message["tool_calls"]?.AsArray() ?? [])
            {
                history.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string?)call!["id"], ["content"] = "done" });
            }

            var contents = Contents(history);
            var model = contents.Where(content => (string?)content!["role"] == "model").ToArray();
            Assert.Equal(turn + 1, model.Length);
            for (var i = 0; i <= turn; i++)
            {
                var expected = JsonNode.Parse(Expected[i]);
                Assert.True(JsonNode.DeepEquals(expected, model[i]!["parts"]), model[i]!["parts"]!.ToJsonString());
            }
        }
    }

    [Fact]
    public void Signed_thoughts_and_pictures_get_their_signatures_back()
    {
        var contents = Contents(JsonNode.Parse("""
            [{"role":"assistant","content":"x","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}],
              "reasoning_details":[
                {"type":"reasoning.text","text":"Half ","format":"google-gemini-v1","index":0},
                {"type":"reasoning.text","text":"a thought","format":"google-gemini-v1","index":0},
                {"type":"reasoning.text","signature":"c2ln","format":"google-gemini-v1","index":0},
                {"type":"reasoning.encrypted","data":"cGlj","id":"image:0","format":"google-gemini-v1","index":1}]}]
            """)!.AsArray());

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            [{"text":"Half a thought","thought":true,"thoughtSignature":"c2ln"},{"text":"x"},
             {"inlineData":{"mimeType":"image/png","data":"aGk="},"thoughtSignature":"cGlj"}]
            """), contents[0]!["parts"]), contents.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"reasoning.encrypted","data":"X","id":"text:0-99","format":"google-gemini-v1"}""", true)]
    [InlineData("""{"type":"reasoning.encrypted","data":"X","id":"text:0-2","format":"google-gemini-v1"}""", true)]
    [InlineData("""{"type":"reasoning.encrypted","data":"X","format":"google-gemini-v1"}""", true)]
    [InlineData("""{"type":"reasoning.encrypted","data":"X","format":"openai-responses-v1"}""", false)]
    [InlineData("""{"type":"reasoning.text","text":"t","signature":"X","format":"anthropic-claude-v1"}""", false)]
    [InlineData("""{"type":"reasoning.text","text":"t","format":"google-gemini-v1"}""", false)]
    public void A_signature_without_its_place_goes_to_the_end_and_others_are_left_out(string detail, bool kept)
    {
        var contents = Contents(JsonNode.Parse($$"""[{"role":"assistant","content":"aé","reasoning_details":[{{detail}}]}]""")!.AsArray());

        var parts = kept ? """[{"text":"aé","thoughtSignature":"X"}]""" : """[{"text":"aé"}]""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(parts), contents[0]!["parts"]), contents.ToJsonString());
    }

    private static JsonArray Contents(JsonArray history)
    {
        var output = new ArrayBufferWriter<byte>();
        var body = new JsonObject { ["messages"] = history.DeepClone() };
        GeminiDialect.Gemini.WriteRequest(
            CanonicalChatReader.Read(Bytes.Of(body.ToJsonString())),
            new DialectTarget { Model = "gemini-3-pro-preview"u8.ToArray(), Supported = (Parameters)ulong.MaxValue },
            output);
        return JsonNode.Parse(output.WrittenSpan)!["contents"]!.AsArray();
    }

    private static string Response(string parts, int turn, bool isLast) =>
        $$"""{"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{(isLast ? ",\"finishReason\":\"STOP\"" : "")}},"index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1},"responseId":"r{{turn}}"}""";

    private static JsonObject Whole(int turn)
    {
        using var translator = Translator(out _);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(translator.Convert(Bytes.Of(Response(string.Join(',', Turns[turn]), turn, isLast: true)), output));
        return JsonNode.Parse(output.WrittenSpan)!["choices"]![0]!["message"]!.DeepClone().AsObject();
    }

    // Puts the chunks together as clients do: details one after the other, or those of one index joined.
    private static JsonObject Streamed(int turn, bool fragments)
    {
        using var translator = Translator(out _);
        var wire = new MemoryStream(Bytes.Of(string.Concat(Turns[turn].Select(
            (part, i) => $"data: {Response(part, turn, i == Turns[turn].Length - 1)}\n\n"))));
        using var reader = new SseFrameReader(wire);
        var output = new ArrayBufferWriter<byte>();
        while (reader.FillAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out var frame) == FrameResult.Frame)
            {
                Assert.NotEqual(ChunkResult.Malformed, translator.Process(frame, output));
            }
        }

        var text = "";
        var details = new JsonArray();
        var calls = new JsonArray();
        foreach (var line in Bytes.Text(output).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var delta = JsonNode.Parse(line[6..])!["choices"]!.AsArray().FirstOrDefault()?["delta"];
            text += (string?)delta?["content"];
            foreach (var detail in delta?["reasoning_details"]?.AsArray() ?? [])
            {
                details.Add(detail!.DeepClone());
            }

            foreach (var call in delta?["tool_calls"]?.AsArray() ?? [])
            {
                if ((int)call!["index"]! == calls.Count)
                {
                    calls.Add(call.DeepClone());
                }
                else
                {
                    var function = calls[(int)call["index"]!]!["function"]!;
                    function["arguments"] = (string?)function["arguments"] + (string?)call["function"]!["arguments"];
                }
            }
        }

        var message = new JsonObject { ["role"] = "assistant", ["content"] = text };
        message["reasoning_details"] = fragments ? details : Joined(details);
        if (calls.Count > 0)
        {
            message["tool_calls"] = calls;
        }

        return message;
    }

    private static JsonArray Joined(JsonArray details)
    {
        var joined = new JsonArray();
        foreach (var detail in details)
        {
            if (joined.LastOrDefault() is { } last && (int)last["index"]! == (int)detail!["index"]! && detail["text"] is not null)
            {
                last["text"] = (string?)last["text"] + (string?)detail["text"];
            }
            else
            {
                joined.Add(detail!.DeepClone());
            }
        }

        return joined;
    }

    private static ChatTranslator Translator(out ChatStreamEditor editor)
    {
        editor = Bytes.Editor();
        var translator = new ChatTranslator(editor);
        translator.Reset(GeminiDialect.Gemini, DialectRequest.Whole, 1, withoutReasoning: false);
        return translator;
    }
}
