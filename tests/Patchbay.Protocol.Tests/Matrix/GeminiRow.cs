using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Google's generateContent.</summary>
internal class GeminiRow : DialectRow
{
    private const string Docs = "https://ai.google.dev/gemini-api/docs/";
    private const string Reference = "https://ai.google.dev/api/generate-content";
    private const string Call = """{"functionCall":{"id":"fc1","name":"get_weather","args":{"city":"Oslo"}}}""";
    private const string OtherCall = """{"functionCall":{"id":"fc2","name":"get_weather","args":{"city":"Bergen"}}}""";
    private const string Thought = """{"text":"Hm \"é\"","thought":true}""";
    private const string Signed = """{"functionCall":{"id":"fc1","name":"get_weather","args":{"city":"Oslo"}},"thoughtSignature":"Eo0HCooH+/=="}""";
    private const string Plain = """{"promptTokenCount":100,"candidatesTokenCount":40,"totalTokenCount":140}""";

    public override string Name => "Gemini";

    protected override Dialect Dialect => GeminiDialect.Gemini;

    protected override string Model => "gemini-3-pro-preview";

    /// <summary>The signed call as it goes back.</summary>
    protected virtual string Returned => Signed;

    // The API ends a stream by closing it.
    protected override ChunkResult End => ChunkResult.Forwarded;

    protected override Cell Text => Says(Docs + "text-generation",
        """{"contents":[{"role":"user","parts":[{"text":"Hi \"é\""}]}],"systemInstruction":{"parts":[{"text":"Be brief."}]},"generationConfig":{"maxOutputTokens":100,"temperature":0.5,"thinkingConfig":{"includeThoughts":true}}}""",
        Event("""{"text":"Hello, \"Zoë\".\n"}"""));

    protected override Cell Stream => Streams(Reference + "#method:-models.streamgeneratecontent", null,
        Events("""{"text":"Hello, "}""", """{"text":"\"Zoë\".\n"}"""));

    protected override Cell Tools => Calls(Docs + "function-calling",
        [
            ("tools", $$"""[{"functionDeclarations":[{"name":"get_weather","description":"Weather now","parametersJsonSchema":{{CanonicalChat.Schema}} }]}]"""),
            ("toolConfig", """{"functionCallingConfig":{"mode":"ANY"}}"""), ("contents/1/parts/0/functionCall/args", """{"city":"Oslo"}"""),
            ("contents/2/parts/0/functionResponse/name", "\"get_weather\""), ("contents/2/parts/0/functionResponse/response", """{"output":"Rain"}"""),
        ], Event(Call), Events(Call));

    protected override Cell ParallelTools => CallsTwice(Docs + "function-calling#parallel_function_calling",
        [
            ("contents/1/parts/1/functionCall/args", """{"city":"Bergen"}"""), ("contents/2/parts/0/functionResponse/response", """{"output":"Rain"}"""),
            ("contents/2/parts/1/functionResponse/response", """{"output":"Sun"}"""),
        ], Event($"{Call},{OtherCall}"), Events(Call, OtherCall));

    protected override Cell StreamedArguments => Cell.Cannot(Docs + "function-calling",
        "the Gemini API sends the arguments of a call whole, in one part; a caller gets them as one fragment", () =>
        {
            var heard = Hear(Events(Call));
            Assert.Equal((1, """{"city":"Oslo"}"""), (heard.Pieces.Arguments, heard.Calls[0].Arguments));
        });

    protected override Cell StructuredOutput => Structures(Docs + "structured-output",
        [("generationConfig/responseMimeType", "\"application/json\""), ("generationConfig/responseJsonSchema", CanonicalChat.Schema)],
        Event("""{"text":"{\"city\":\"Oslo\"}"}"""), null);

    protected override Cell ReasoningRoundTrip => Replays(Docs + "thought-signatures", "Hm \"é\"",
        Events("""{"text":"Hm ","thought":true}""", """{"text":"\"é\"","thought":true}""", Signed), Event($"{Thought},{Signed}"),
        ("contents/1/parts", $"[{Returned}]"), ("generationConfig/thinkingConfig", """{"thinkingLevel":"HIGH","includeThoughts":true}"""));

    protected override Cell Image => Shows(Docs + "image-understanding", "contents/0/parts/1", $$"""{"inlineData":{"mimeType":"image/png","data":"{{CanonicalChat.Image}}"} }""");

    protected override Cell Pdf => Attaches(Docs + "document-processing", "contents/0/parts/1", $$"""{"inlineData":{"mimeType":"application/pdf","data":"{{CanonicalChat.Pdf}}"} }""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":40,"totalTokenCount":140}""";
            return Caches(Docs + "caching", Event("", usage: Counted), [("", Event("", usage: Counted))], 60, 0);
        }
    }

    protected override Cell StopReasons => Stops(Reference + "#FinishReason", native => Event("", native), native => [("", Event("", native))],
        ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("RECITATION", "content_filter"), ("BLOCKLIST", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"), ("SPII", "content_filter"), ("IMAGE_SAFETY", "content_filter"), ("MALFORMED_FUNCTION_CALL", "error"));

    protected override Cell Refusal
    {
        get
        {
            const string Blocked = """{"promptFeedback":{"blockReason":"SAFETY","safetyRatings":[]},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-3-pro","responseId":"r1"}""";
            return Refuses(Reference + "#PromptFeedback", "", "content_filter", Blocked, [("", Blocked)]);
        }
    }

    protected override Cell ErrorClasses => Fails(Docs + "troubleshooting",
        (400, Error(400, "INVALID_ARGUMENT"), null, GatewayErrorKind.ProviderRejected), (404, Error(404, "NOT_FOUND"), null, GatewayErrorKind.ProviderRejected),
        (400, Error(400, "FAILED_PRECONDITION"), null, GatewayErrorKind.ProviderAuth), (403, Error(403, "PERMISSION_DENIED"), null, GatewayErrorKind.ProviderAuth),
        (429, Error(429, "RESOURCE_EXHAUSTED"), null, GatewayErrorKind.ProviderRateLimited), (500, Error(500, "INTERNAL"), null, GatewayErrorKind.ProviderError),
        (503, Error(503, "UNAVAILABLE"), null, GatewayErrorKind.ProviderOverloaded), (504, Error(504, "DEADLINE_EXCEEDED"), null, GatewayErrorKind.ProviderTimeout));

    protected override Cell Usage
    {
        get
        {
            const string Counted = """{"promptTokenCount":100,"candidatesTokenCount":25,"thoughtsTokenCount":15,"totalTokenCount":140}""";
            return Counts(Reference + "#UsageMetadata", Event("", usage: Counted), [("", Event("""{"text":"a"}""", null, """{"promptTokenCount":100,"totalTokenCount":100}""")), ("", Event("", usage: Counted))], 15);
        }
    }

    protected static string Event(string parts, string? finish = "STOP", string usage = Plain) =>
        $$"""{"candidates":[{"content":{"parts":[{{parts}}],"role":"model"},{{(finish is null ? "" : $"\"finishReason\":\"{finish}\",")}}"index":0}],"usageMetadata":{{usage}},"modelVersion":"gemini-3-pro","responseId":"r1"}""";

    protected static (string, string)[] Events(params string[] parts) =>
        [.. parts.SkipLast(1).Select(part => ("", Event(part, null))), ("", Event(parts[^1]))];

    private static string Error(int code, string status) => $$$"""{"error":{"code":{{{code}}},"message":"Because","status":"{{{status}}}"} }""";
}

/// <summary>generateContent of Vertex AI.</summary>
internal sealed class VertexRow : GeminiRow
{
    public override string Name => "Vertex AI";

    protected override Dialect Dialect => GeminiDialect.Vertex;

    // Vertex AI knows no ids of calls.
    protected override string Returned => """{"functionCall":{"name":"get_weather","args":{"city":"Oslo"}},"thoughtSignature":"Eo0HCooH+/=="}""";

    protected override Cell StreamedArguments => CallsInPieces(
        "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc",
        Events(
            """{"functionCall":{"name":"get_weather","willContinue":true}}""",
            """{"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"Os","willContinue":true}],"willContinue":true}}""",
            """{"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"lo"}],"willContinue":true}}""", """{"functionCall":{}}"""));
}
