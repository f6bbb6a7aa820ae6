using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

// The answers follow https://ai.google.dev/api/generate-content and the guides that are named at each.
public sealed class GeminiReaderTests
{
    // https://ai.google.dev/gemini-api/docs/thinking#summaries
    [Fact]
    public void Thoughts_and_text_are_told_apart()
    {
        var log = AnswerLog.OfStream([
            Event("""{"text":"First ","thought":true}"""),
            Event("""{"text":"this.","thought":true},{"text":"Hello"}"""),
            Event("""{"text":"Then that.","thought":true}"""),
            Event("""{"text":" world"}""", "\"finishReason\":\"STOP\""),
        ]);

        Assert.Equal("Hello world", log.Said.ToString());
        Assert.Equal(["First this.", "Then that."], log.Thoughts.Values);
        Assert.Equal((FinishReason.Stop, "STOP"), (log.Reason, log.Native));
    }

    // https://ai.google.dev/gemini-api/docs/function-calling#parallel_function_calling
    [Fact]
    public void Parallel_calls_come_whole_with_their_ids()
    {
        var log = AnswerLog.OfBody(Event("""
            {"functionCall":{"id":"zRdGiFOB","name":"get_temperature","args":{"location": "Paris",  "unit": "C \" }"}},"thoughtSignature":"c2lnbg\u003d\u003d"},
            {"functionCall":{"id":"uV8sk1Lp","name":"get_temperature","args":{"location":"London"}}},
            {"functionCall":{"name":"get_time"}}
            """, "\"finishReason\":\"STOP\""));

        Assert.Equal(["zRdGiFOB", "uV8sk1Lp", "call_0g_r1_2"], log.Calls.Select(call => call.Id));
        Assert.Equal("""{"location":"Paris","unit":"C \" }"}""", log.Calls[0].Arguments.ToString());
        Assert.Equal("""{"location":"London"}""", log.Calls[1].Arguments.ToString());
        Assert.Equal("{}", log.Calls[2].Arguments.ToString());
        Assert.Equal((0, "zRdGiFOB", "c2lnbg=="), Assert.Single(log.Signatures));
        Assert.Equal((FinishReason.ToolCalls, "STOP"), (log.Reason, log.Native));
    }

    // https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
    [Fact]
    public void Arguments_that_come_value_by_value_become_JSON()
    {
        string Call(string partial, bool more = true) =>
            Event("{\"functionCall\":{\"partialArgs\":[" + partial + (more ? "],\"willContinue\":true}}" : "]}}"));
        var log = AnswerLog.OfStream([
            Event("""{"functionCall":{"name":"plan","willContinue":true}}"""),
            Call("""{"jsonPath":"$.trip.name","stringValue":"Nor\"th","willContinue":true}"""),
            Call("""{"jsonPath":"$.trip.name","stringValue":"ern\n"}"""),
            Call("""{"jsonPath":"$.trip.days","numberValue":3}"""),
            Call("""{"jsonPath":"$.trip.stops[0].at","stringValue":"Oslo"},{"jsonPath":"$.trip.stops[0].night","boolValue":true}"""),
            Call("""{"jsonPath":"$.trip.stops[1].at","stringValue":"Bergen"}"""),
            Call("""{"jsonPath":"$.trip.stops[1]['two words']","nullValue":"NULL_VALUE"}"""),
            Call("""{"jsonPath":"$.tags[0]","stringValue":"a"},{"jsonPath":"$.tags[1]","stringValue":"b"}""", more: false),
            Event("""{"functionCall":{"name":"next","willContinue":true}}"""),
            Event("""{"functionCall":{}}""", "\"finishReason\":\"STOP\""),
        ]);

        Assert.Equal(
            """{"trip":{"name":"Nor\"th""" + """ern\n","days":3,"stops":[{"at":"Oslo","night":true},{"at":"Bergen","two words":null}]},"tags":["a","b"]}""",
            log.Calls[0].Arguments.ToString());
        Assert.Equal("{}", log.Calls[1].Arguments.ToString());
    }

    // https://ai.google.dev/gemini-api/docs/image-generation
    [Fact]
    public void Pictures_become_data_addresses()
    {
        var log = AnswerLog.OfBody(Event("""
            {"text":"draft","thought":true},{"inlineData":{"mimeType":"image/png","data":"ZHJhZnQ="},"thought":true},
            {"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"aGk="},"thoughtSignature":"cGlj"}
            """, "\"finishReason\":\"STOP\"", """{"promptTokenCount":5,"candidatesTokenCount":1290}"""));

        Assert.Equal("data:image/png;base64,aGk=", Assert.Single(log.Images));
        Assert.Equal((1, "image:0", "cGlj"), Assert.Single(log.Signatures));
        Assert.Equal(1, log.Used.ImagesOut);
    }

    // https://ai.google.dev/gemini-api/docs/code-execution
    [Fact]
    public void Code_that_was_run_stands_in_the_text()
    {
        var log = AnswerLog.OfBody(Event("""
            {"text":"So:"},{"executableCode":{"language":"PYTHON","code":"print(1)\n"}},
            {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},{"text":"One."}
            """, "\"finishReason\":\"STOP\""));

        Assert.Equal("So:\n```python\nprint(1)\n```\n\n```output\n1\n```\nOne.", log.Said.ToString());
    }

    // https://ai.google.dev/gemini-api/docs/google-search: offsets count bytes of one part.
    [Fact]
    public void Grounding_becomes_annotations_over_the_text()
    {
        const string Grounding = """
            "finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b"],
            "groundingChunks":[{"web":{"uri":"https://a.example/x","title":"a.example"}},{"web":{"uri":"https://b.example","title":"b"}}],
            "groundingSupports":[
              {"segment":{"startIndex":0,"endIndex":7,"text":"Zürich"},"groundingChunkIndices":[0]},
              {"segment":{"partIndex":1,"startIndex":2,"endIndex":7,"text":"größer"},"groundingChunkIndices":[1,0,7]}]}
            """;
        var log = AnswerLog.OfStream([Event("""{"text":"Zürich ist "}"""), Event("""{"text":"größer."}""", Grounding, """{"promptTokenCount":9}""")]);

        Assert.Equal(
            [
                ("https://a.example/x", "a.example", 0, 6), ("https://b.example", "b", 11, 17),
                ("https://a.example/x", "a.example", 11, 17),
            ],
            log.Citations);
        Assert.Equal(2, log.Used.Searches);
    }

    [Fact]
    public void Recited_sources_become_annotations()
    {
        var log = AnswerLog.OfBody(Event("""{"text":"To be"}""", """
            "finishReason":"STOP","citationMetadata":{"citationSources":[{"startIndex":3,"endIndex":5,"uri":"https://c.example"},{"startIndex":1,"endIndex":2}]}
            """));

        Assert.Equal(("https://c.example", "", 3, 5), Assert.Single(log.Citations));
    }

    // https://ai.google.dev/api/generate-content#LogprobsResult
    [Fact]
    public void Log_probabilities_take_the_public_form()
    {
        var log = AnswerLog.OfBody(Event("""{"text":"Hé"}""", """
            "finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"Hé","tokenId":7,"logProbability":-0.25},{"token":"!"}],
            "topCandidates":[{"candidates":[{"token":"Hé","logProbability":-0.25},{"token":"Yo","logProbability":-2.5e1}]},{"candidates":[]}]}
            """));

        var content = JsonNode.Parse(Assert.Single(log.Probabilities))!["content"]!.AsArray();
        Assert.Equal(2, content.Count);
        Assert.Equal("""{"token":"Hé","logprob":-0.25,"bytes":[72,195,169]}""", Without(content[0]!, "top_logprobs"));
        Assert.Equal("Yo", (string?)content[0]!["top_logprobs"]![1]!["token"]);
        Assert.Equal(0, (double)content[1]!["logprob"]!);
        Assert.Empty(content[1]!["top_logprobs"]!.AsArray());
    }

    [Theory]
    [InlineData("STOP", FinishReason.Stop)]
    [InlineData("MAX_TOKENS", FinishReason.Length)]
    [InlineData("SAFETY", FinishReason.ContentFilter)]
    [InlineData("RECITATION", FinishReason.ContentFilter)]
    [InlineData("BLOCKLIST", FinishReason.ContentFilter)]
    [InlineData("PROHIBITED_CONTENT", FinishReason.ContentFilter)]
    [InlineData("SPII", FinishReason.ContentFilter)]
    [InlineData("IMAGE_SAFETY", FinishReason.ContentFilter)]
    [InlineData("IMAGE_PROHIBITED_CONTENT", FinishReason.ContentFilter)]
    [InlineData("MODEL_ARMOR", FinishReason.ContentFilter)]
    [InlineData("LANGUAGE", FinishReason.Error)]
    [InlineData("OTHER", FinishReason.Error)]
    [InlineData("NO_IMAGE", FinishReason.Error)]
    [InlineData("MALFORMED_FUNCTION_CALL", FinishReason.Error)]
    [InlineData("UNEXPECTED_TOOL_CALL", FinishReason.Error)]
    [InlineData("TOO_MANY_TOOL_CALLS", FinishReason.Error)]
    [InlineData("SOMETHING_NEW", FinishReason.Stop)]
    public void Finish_reasons_are_normalised_and_kept(string native, FinishReason reason)
    {
        var log = AnswerLog.OfBody($$"""{"candidates":[{"finishReason":"{{native}}","index":0}],"responseId":"r1"}""");

        Assert.Equal((reason, native), (log.Reason, log.Native));
    }

    [Fact]
    public void A_blocked_prompt_is_a_filtered_answer()
    {
        var log = AnswerLog.OfBody("""
            {"promptFeedback":{"blockReason":"OTHER","safetyRatings":[]},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4},"modelVersion":"gemini-2.5-flash"}
            """);

        Assert.Equal((FinishReason.ContentFilter, "OTHER"), (log.Reason, log.Native));
        Assert.Equal(4, log.Used.PromptTokens);
    }

    [Fact]
    public void Usage_takes_the_normal_form()
    {
        var log = AnswerLog.OfBody(Event("""{"text":"x"}""", "\"finishReason\":\"STOP\"", """
            {"promptTokenCount":1000,"cachedContentTokenCount":600,"toolUsePromptTokenCount":50,"candidatesTokenCount":40,"thoughtsTokenCount":70,
             "totalTokenCount":1160,"promptTokensDetails":[{"modality":"TEXT","tokenCount":700},{"modality":"AUDIO","tokenCount":300}],
             "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":100}],"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":15}],
             "trafficType":"ON_DEMAND_PRIORITY"}
            """));

        Assert.Equal(
            new Usage
            {
                UncachedInput = 250,
                CacheRead = 600,
                AudioInput = 200,
                Output = 25,
                AudioOutput = 15,
                Reasoning = 70,
            },
            log.Used);
        Assert.Equal(1160, log.Used.TotalTokens);
        Assert.Equal("priority", log.Tier);
    }

    [Fact]
    public void Thoughts_that_were_counted_among_the_candidates_are_counted_once()
    {
        var log = AnswerLog.OfBody(Event("""{"text":"x"}""", "\"finishReason\":\"STOP\"", """
            {"promptTokenCount":10,"candidatesTokenCount":90,"thoughtsTokenCount":70,"totalTokenCount":100}
            """));

        Assert.Equal((20, 70, 100), (log.Used.Output, log.Used.Reasoning, log.Used.TotalTokens));
    }

    [Fact]
    public void Counts_in_a_stream_are_totals_so_far()
    {
        var log = AnswerLog.OfStream([
            Event("""{"text":"a"}""", usage: """{"promptTokenCount":10,"candidatesTokenCount":1}"""),
            Event("""{"text":"b"}""", usage: """{"trafficType":"ON_DEMAND"}"""),
            Event("""{"text":"c"}""", "\"finishReason\":\"MAX_TOKENS\"", """{"promptTokenCount":10,"candidatesTokenCount":3}"""),
        ]);

        Assert.Equal((10, 3), (log.Used.PromptTokens, log.Used.CompletionTokens));
        Assert.Equal(FinishReason.Length, log.Reason);
    }

    // Some models have said STOP with each of their events, and counts may come behind it.
    [Fact]
    public void What_follows_a_finish_reason_is_read_too()
    {
        var log = AnswerLog.OfStream([
            Event("""{"text":"a"}""", "\"finishReason\":\"STOP\""),
            Event("""{"text":"b"}""", "\"finishReason\":\"STOP\""),
            """{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":3},"responseId":"r1"}""",
        ]);

        Assert.Equal(("ab", FinishReason.Stop, 1), (log.Said.ToString(), log.Reason, log.Finishes));
        Assert.Equal((10, 3), (log.Used.PromptTokens, log.Used.CompletionTokens));
    }

    [Fact]
    public void An_error_inside_a_stream_is_handed_on()
    {
        var stream = GeminiDialect.Gemini.CreateStream();
        stream.Reset(DialectRequest.Whole);
        var log = new AnswerLog();
        stream.Read(default, Bytes.Of(Event("""{"text":"a"}""")), log);
        var progress = stream.Read(
            default, """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"""u8, log);

        Assert.Equal(StreamProgress.Done, progress);
        Assert.Equal((503, "UNAVAILABLE", "The model is overloaded."), log.Failure);
        Assert.Equal(0, log.Finishes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"choices\":[]}")]
    [InlineData("{\"candidates\":[]} x")]
    [InlineData("<html>")]
    public void What_is_no_answer_is_refused(string body) =>
        Assert.False(GeminiDialect.Gemini.ReadAnswer(Bytes.Of(body), DialectRequest.Whole, new AnswerLog()));

    [Fact]
    public void Only_the_first_candidate_is_read()
    {
        var log = AnswerLog.OfBody("""
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","index":0},{"content":{"parts":[{"text":"b"}]},"finishReason":"SAFETY","index":1}]}
            """);

        Assert.Equal(("a", FinishReason.Stop), (log.Said.ToString(), log.Reason));
    }

    [Fact]
    public void The_answer_function_is_the_answer()
    {
        var request = new DialectRequest { AnswerTool = "final_answer" };
        var log = AnswerLog.OfStream(
            [
                Event("""{"text":"Let me see."}"""),
                Event("""{"functionCall":{"name":"final_answer","args":{"city":"Oslo"}}}""", "\"finishReason\":\"STOP\""),
            ],
            request);

        Assert.Equal("""{"city":"Oslo"}""", log.Said.ToString());
        Assert.Empty(log.Calls);
        Assert.Equal(FinishReason.Stop, log.Reason);

        var other = AnswerLog.OfBody(Event("""{"text":"Hm."},{"functionCall":{"name":"look","args":{}}}""", "\"finishReason\":\"STOP\""), request);
        Assert.Equal("Hm.", other.Said.ToString());
        Assert.Equal(FinishReason.ToolCalls, other.Reason);
    }

    private static string Event(string parts, string? more = null, string? usage = null) =>
        $$"""
        {"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{(more is null ? "" : "," + more)}},"index":0}]{{(usage is null ? "" : ",\"usageMetadata\":" + usage)}},"modelVersion":"gemini-3-pro-preview","responseId":"r1"}
        """;

    private static string Without(JsonNode node, string name)
    {
        var copy = node.DeepClone().AsObject();
        copy.Remove(name);
        return copy.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
