using System.Buffers;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Language models as predictions on Replicate.</summary>
internal sealed class ReplicateRow : DialectRow
{
    private const string Create = "https://replicate.com/docs/topics/predictions/create-a-prediction";
    private const string Schema = "https://replicate.com/meta/meta-llama-3-70b-instruct/api/schema";
    private const string Errors = "https://replicate.com/docs/topics/predictions/error-codes";

    public override string Name => "Replicate";

    protected override Dialect Dialect => ReplicateDialect.Instance;

    protected override string Model => "meta/meta-llama-3-70b-instruct";

    protected override Cell Text => Says(Create,
        """{"input":{"system_prompt":"Be brief.","prompt":"Hi \"é\"","max_tokens":100,"temperature":0.5}}""",
        Whole("""["Hello, ","\"Zoë\".\n"]"""));

    protected override Cell Stream => Cell.Cannot("https://replicate.com/docs/topics/predictions/streaming",
        "a stream is at another address, which the answer names; a caller gets the whole answer as one", () =>
        {
            Assert.Null(Write(CanonicalChat.Stream).Body["stream"]);
            Assert.Equal(ChunkResult.Malformed, Hear([("output", "Hello")]).Result);
        });

    protected override Cell Tools => Refused(CanonicalChat.Tools, "a model takes a prompt and no tools", "takes no tools.");

    protected override Cell ParallelTools => Refused(CanonicalChat.ParallelTools, "a model takes a prompt and no tools", "takes no tools.");

    protected override Cell StreamedArguments => Refused(CanonicalChat.Tools, "a model takes a prompt and no tools", "takes no tools.");

    protected override Cell StructuredOutput => Refused(
        CanonicalChat.StructuredOutput, "the inputs that models share hold no schema", "takes no response_format.");

    protected override Cell ReasoningRoundTrip => Refused(
        """{"messages":[{"role":"user","content":"Why?"},{"role":"assistant","content":"Because.","reasoning":"Hm"},{"role":"user","content":"And?"}]}""",
        "a model takes one prompt, and no earlier answers", "takes one message of a user, and no history.");

    protected override Cell Image => Refused(
        CanonicalChat.WithImage, "the input for a picture has another name in every model", "takes nothing but text.");

    protected override Cell Pdf => Refused(
        CanonicalChat.WithPdf, "the inputs that models share hold no files", "takes nothing but text.");

    protected override Cell CacheUsage => Cell.Cannot(Create, "the metrics count tokens, and none from a cache", () =>
    {
        var usage = Hear(Whole("\"Hi\"")).Usage;
        Assert.Equal((100, null, null), (usage.PromptTokens, usage.CacheRead, usage.CacheWrite));
    });

    protected override Cell StopReasons => Cell.Cannot(Create,
        "a prediction has a status, which does not tell a full answer from one that was cut at its limit", () =>
        {
            var heard = Hear(Whole("\"Hi\""));
            Assert.Equal(("stop", "succeeded"), (heard.Finish, heard.Native));
        });

    protected override Cell Refusal => Cell.Cannot(Create, "the output is text, and has no member for a refusal", () =>
    {
        var heard = Hear(Whole("\"I cannot.\""));
        Assert.Equal(("I cannot.", "", "stop"), (heard.Text, heard.Refusal, heard.Finish));
    });

    protected override Cell ErrorClasses => Fails(Errors,
        (422, Because, null, GatewayErrorKind.ProviderRejected), (401, Because, null, GatewayErrorKind.ProviderAuth),
        (402, Because, null, GatewayErrorKind.ProviderAuth), (429, Because, null, GatewayErrorKind.ProviderRateLimited),
        (500, Because, null, GatewayErrorKind.ProviderError), (503, Because, null, GatewayErrorKind.ProviderOverloaded));

    protected override Cell Usage => Cell.Can(Create, () =>
    {
        var usage = Hear(Whole("\"Hi\"")).Usage;
        Assert.Equal((100, 40, 140), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
    });

    private const string Because = """{"title":"Input validation failed","detail":"- input: prompt is required","status":422}""";

    // The request is not sent there, and says why; another endpoint may serve it.
    private Cell Refused(string chat, string reason, string why) => Cell.Cannot(Schema, reason, () =>
    {
        var output = new ArrayBufferWriter<byte>();
        var told = Dialect.WriteRequest(CanonicalChatReader.Read(Encoding.UTF8.GetBytes(chat)), Heard.Target(Model), output);
        Assert.Equal(0, output.WrittenCount);
        Assert.Equal(why, told.Unsendable);
    });

    private static string Whole(string output) =>
        $$"""{"metrics":{"predict_time":0.5,"input_token_count":100,"output_token_count":40},"id":"gm3qorzdhgbfurvjtvhg6dckhu","model":"meta/meta-llama-3-70b-instruct","status":"succeeded","error":null,"output":{{output}} }""";
}
