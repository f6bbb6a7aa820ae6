using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

public sealed class GeminiProperties
{
    private static readonly Config Plenty = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Gen<string> Piece = Gen.Elements(
        "{", "}", "[", "]", ",", ":", "\"candidates\"", "\"content\"", "\"parts\"", "\"text\"", "\"functionCall\"", "\"args\"", "\"error\"",
        "\"finishReason\"", "\"usageMetadata\"", "\"promptTokenCount\"", "\"a\\u00\"", "\"\\ud83d\"", "null", "1", "-1e999", "true", " ", "\\");

    // Values of every kind in the places of those that are expected.
    private static readonly Gen<string> Value = Gen.Elements(
        "null", "1", "-5", "9223372036854775807", "1e400", "true", "\"\"", "\"x\\n\"", "\"\\ud800\"", "{}", "[]", "[[]]", "[null]", "{\"a\":{}}",
        "\"STOP\"", "[{\"modality\":\"AUDIO\",\"tokenCount\":9}]", "[{\"jsonPath\":\"$.a[0].b\",\"stringValue\":\"x\"}]");

    private static readonly string[] Places =
    [
        """{"candidates":#}""", """{"candidates":[{"content":#}]}""", """{"candidates":[{"content":{"parts":#}}]}""",
        """{"candidates":[{"content":{"parts":[#]}}]}""", """{"candidates":[{"content":{"parts":[{"text":#,"thought":#,"thoughtSignature":#}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":#,"thoughtSignature":#}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","id":#,"args":#,"willContinue":#,"partialArgs":#}}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[{"jsonPath":#,"stringValue":#,"numberValue":#}]}}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":#}},{"executableCode":#,"codeExecutionResult":#}]}}]}""",
        """{"candidates":[{"finishReason":#,"index":#,"logprobsResult":#,"groundingMetadata":#,"citationMetadata":#}]}""",
        """{"candidates":[{"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":#,"logProbability":#}],"topCandidates":#},"groundingMetadata":{"groundingChunks":[{"web":#}],"groundingSupports":[{"segment":#,"groundingChunkIndices":#}],"webSearchQueries":#}}]}""",
        """{"usageMetadata":{"promptTokenCount":#,"candidatesTokenCount":#,"cachedContentTokenCount":#,"thoughtsTokenCount":#,"totalTokenCount":#,"toolUsePromptTokenCount":#,"promptTokensDetails":#,"candidatesTokensDetails":#}}""",
        """{"promptFeedback":{"blockReason":#},"responseId":#,"modelVersion":#}""", """{"error":{"code":#,"message":#,"status":#,"details":#}}""",
    ];

    [Fact]
    public void Random_pieces_of_JSON_never_throw() =>
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(Piece).ToArbitrary(), pieces =>
        {
            ReadEverything("{" + string.Concat(pieces));
            return true;
        }));

    [Fact]
    public void Values_of_any_kind_in_any_place_never_throw()
    {
        var bodies = from place in Gen.Elements(Places) from values in Gen.ArrayOf(Value, 16) select (place, values);
        Check.One(Plenty.WithMaxTest(5000), Prop.ForAll(bodies.ToArbitrary(), body =>
        {
            var parts = body.place.Split('#');
            var text = new StringBuilder(parts[0]);
            for (var i = 1; i < parts.Length; i++)
            {
                text.Append(body.values[i]).Append(parts[i]);
            }

            var log = ReadEverything(text.ToString());
            var used = log.Used;
            return used is { PromptTokens: >= 0, CompletionTokens: >= 0 }
                && (used.UncachedInput ?? 0) >= 0 && (used.CacheRead ?? 0) <= Math.Max(used.PromptTokens, 0)
                && log.Calls.TrueForAll(call => JsonNode.Parse(call.Arguments.ToString()) is JsonObject);
        }));
    }

    [Fact]
    public void Any_chat_request_can_be_written()
    {
        var part = Gen.Elements(
            "\"text\"", "\"\"", "null", "[]", "[{\"type\":\"text\",\"text\":\"x\"}]", "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,x\"}}]",
            "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,\"}}]", "[{\"type\":\"odd\"}]", "[{\"type\":\"file\",\"file\":{\"file_id\":\"a\"}}]",
            "[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==\",\"format\":\"mp3\"}}]");
        var more = Gen.Elements(
            "", ",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]", ",\"tool_call_id\":\"a\"",
            ",\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"x\",\"id\":\"text:0-3\",\"format\":\"google-gemini-v1\"}]", ",\"name\":\"n\"");
        var message = from role in Gen.Elements("system", "user", "assistant", "tool")
                      from content in part
                      from extra in more
                      select $$"""{"role":"{{role}}","content":{{content}}{{extra}}}""";
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(message).ToArbitrary(), messages =>
        {
            var output = new ArrayBufferWriter<byte>();
            var report = GeminiDialect.Gemini.WriteRequest(
                CanonicalChatReader.Read(Bytes.Of($$"""{"messages":[{{string.Join(',', messages)}}]}""")),
                new DialectTarget { Model = "gemini-3-pro"u8.ToArray(), Supported = (Parameters)ulong.MaxValue },
                output);

            // What cannot be said leaves a hole; such a request is not sent.
            return report.Unsayable != Modalities.None
                || JsonNode.Parse(output.WrittenSpan)!["contents"]!.AsArray().All(content => content!["parts"]!.AsArray().Count > 0);
        }));
    }

    private static AnswerLog ReadEverything(string body)
    {
        var bytes = Bytes.Of(body);
        var log = new AnswerLog();
        GeminiDialect.Gemini.ReadAnswer(bytes, DialectRequest.Whole, log);
        var stream = GeminiDialect.Vertex.CreateStream();
        stream.Reset(new DialectRequest { AnswerTool = "f" });
        stream.Read(default, """{"candidates":[{"content":{"parts":[{"text":"é","thought":true},{"functionCall":{"name":"g","willContinue":true}}]}}]}"""u8, new AnswerLogBehind());
        var behind = new AnswerLogBehind();
        stream.Read(default, bytes, behind);
        stream.Read(default, bytes, behind);
        GeminiDialect.Gemini.ReadError(bytes, 500);
        return log;
    }

    // Listens to the middle of an answer.
    private sealed class AnswerLogBehind : AnswerSink
    {
        public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model) => Check(id);

        public override void Text(ReadOnlySpan<byte> text) => Check(text);

        public override void Refusal(ReadOnlySpan<byte> text) => Check(text);

        public override void ReasoningText(int index, ReadOnlySpan<byte> text) => Check(text);

        public override void ReasoningSummary(int index, ReadOnlySpan<byte> text) => Check(text);

        public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature) => Check(signature);

        public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => Check(data);

        public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name) => Check(name);

        public override void ToolArguments(int index, ReadOnlySpan<byte> fragment) => Check(fragment);

        public override void Image(ReadOnlySpan<byte> url) => Check(url);

        public override void Annotation(in Citation citation) => Check(citation.Url);

        public override void Logprobs(ReadOnlySpan<byte> json) => Check(json);

        public override void Finish(FinishReason reason, ReadOnlySpan<byte> native) => Check(native);

        public override void Usage(in Usage usage) => Assert.True(usage.TotalTokens >= 0);

        public override void ServiceTier(ReadOnlySpan<byte> tier) => Check(tier);

        public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message) => Assert.InRange(status, 400, 599);

        private static void Check(ReadOnlySpan<byte> bytes) => Assert.True(System.Text.Unicode.Utf8.IsValid(bytes));
    }
}
