using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://github.com/ollama/ollama/blob/main/docs/api.md and the pages named at the tests.
public sealed class OllamaAnswerTests
{
    private static readonly Dialect Ollama = OllamaDialect.Instance;

    // #chat-request-streaming
    [Fact]
    public void A_stream_of_objects_is_a_stream_of_chunks()
    {
        var heard = Stream(
            Piece("""{"role":"assistant","content":"","thinking":"h\n"}"""), Piece("""{"role":"assistant","content":"","thinking":"m"}"""),
            Piece("""{"role":"assistant","content":"The","images":null}"""), Piece("""{"role":"assistant","content":" sky \u00e9"}"""), Done("stop"));

        Assert.Equal(ChunkResult.Done, heard.Result);
        Assert.Equal(("h\nm", "The sky é", "stop", "stop"), (heard.Reasoning, heard.Text, heard.Finish, heard.Native));
        Assert.Equal(new Usage { UncachedInput = 26, Output = 282 }, heard.Usage);
        Assert.All(heard.Details, detail => Assert.Equal("ollama-v1", (string?)detail["format"]));
    }

    [Fact]
    public void However_texts_are_cut_they_say_the_same()
    {
        const string Text = "Why is \"the sky\" blue?\n空 🙂";
        var whole = Stream(Piece(new JsonObject { ["content"] = Text, ["thinking"] = Text }.ToJsonString()), Done("stop"));

        foreach (var size in (int[])[1, 3, 7])
        {
            var pieces = Text.EnumerateRunes().Chunk(size).Select(runes => string.Concat(runes.Select(rune => rune.ToString()))).ToArray();
            var heard = Stream([
                .. pieces.Select(piece => Piece(new JsonObject { ["thinking"] = piece }.ToJsonString())),
                .. pieces.Select(piece => Piece(new JsonObject { ["content"] = piece }.ToJsonString())), Done("stop")]);
            Assert.Equal((whole.Text, whole.Reasoning, whole.Finish, whole.Usage), (heard.Text, heard.Reasoning, heard.Finish, heard.Usage));
        }
    }

    // #chat-request-streaming-with-tools
    [Fact]
    public void Calls_come_whole_and_get_an_id()
    {
        var heard = Stream(
            Piece("""{"role":"assistant","content":"","tool_calls":[{"function":{"name":"get_weather","arguments":{"city": "Tokyo"}}},{"id":"call_x","function":{"index":1,"name":"g","arguments":{}}}]}"""),
            Piece("""{"role":"assistant","content":"","tool_calls":[{"function":{"name":"h"}}]}"""), Done("stop"));

        Assert.Equal(("tool_calls", "stop"), (heard.Finish, heard.Native));
        Assert.Equal(
            [("call_20250707202219184789_0", "get_weather", """{"city": "Tokyo"}"""), ("call_x", "g", "{}"), ("call_20250707202219184789_2", "h", "{}")], heard.Calls.Values);
    }

    [Theory]
    [InlineData("\"stop\"", "stop", "stop")]
    [InlineData("\"length\"", "length", "length")]
    [InlineData("\"load\"", "stop", "load")]
    [InlineData("null", "stop", "stop")]
    public void Done_reasons_are_normalised_and_kept(string reason, string finish, string native)
    {
        var heard = Stream($$"""{"model":"llama3.2","message":{"role":"assistant","content":""},"done_reason":{{reason}},"done":true}""");

        Assert.Equal((finish, native, ChunkResult.Done), (heard.Finish, heard.Native, heard.Result));
        Assert.False(heard.Editor.HasUsage);
    }

    // https://github.com/ollama/ollama/blob/main/docs/api/errors.mdx
    [Fact]
    public void An_error_may_come_in_the_stream()
    {
        var heard = Stream(Piece("""{"content":"Yes"}"""), """{"error":"an error was encountered while running the model"}""");

        Assert.Equal(ChunkResult.Error, heard.Result);
        Assert.Equal((GatewayErrorKind.ProviderError, "an error was encountered while running the model"), (heard.Editor.Error!.Kind, heard.Editor.Error.Raw));
    }

    [Theory]
    [InlineData(400, GatewayErrorKind.ProviderRejected)]
    [InlineData(401, GatewayErrorKind.ProviderAuth)]
    [InlineData(404, GatewayErrorKind.ProviderRejected)]
    [InlineData(429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData(500, GatewayErrorKind.ProviderError)]
    [InlineData(502, GatewayErrorKind.ProviderError)]
    [InlineData(503, GatewayErrorKind.ProviderOverloaded)]
    public void An_error_is_known_by_its_status(int status, GatewayErrorKind kind)
    {
        var told = Ollama.ReadError("""{"error":"model 'x' not found"}"""u8, status);

        Assert.Equal((kind, "model 'x' not found"), (told.Kind, told.Message));
    }

    // #chat-request-no-streaming; logprobs: https://github.com/ollama/ollama/blob/main/api/types.go (Logprob)
    [Fact]
    public void A_whole_answer_is_a_whole_completion()
    {
        var answer = Heard.Whole(
            Ollama,
            """
            {"model":"llama3.2","created_at":"2023-12-12T14:13:43.416799Z","message":{"role":"assistant","content":"Hi","thinking":"hm","tool_calls":[{"id":"c","function":{"name":"f","arguments":{"a":1}}}]},
             "done":true,"total_duration":5191566416,"prompt_eval_count":26,"eval_count":298,"logprobs":[{"token":"Hi","logprob":-0.5,"bytes":[72,105]}]}
            """)!;

        Heard.AssertJson(
            """
            {"role":"assistant","content":"Hi","refusal":null,"reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","format":"ollama-v1","index":0}],
             "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}
            """, answer["choices"]![0]!["message"]);
        Assert.Equal(("llama3.2", "tool_calls"), ((string?)answer["model"], (string?)answer["choices"]![0]!["finish_reason"]));
        Assert.Equal(-0.5, (double?)answer["choices"]![0]!["logprobs"]!["content"]![0]!["logprob"]);
        Assert.Equal((26, 298), (Heard.UsageOf(answer).PromptTokens, Heard.UsageOf(answer).CompletionTokens));
    }

    [Fact]
    public void An_answer_that_is_not_done_is_none() =>
        Assert.Null(Heard.Whole(Ollama, """{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}"""));

    private static Heard Stream(params string[] pieces) => Heard.Stream(Ollama, pieces.Select(piece => ("", piece)));

    private static string Piece(string message) =>
        $$"""{"model":"llama3.2","created_at":"2025-07-07T20:22:19.184789Z","message":{{message}},"done":false}""";

    private static string Done(string reason) =>
        $$"""{"model":"llama3.2","created_at":"2025-07-07T20:22:19.19314Z","message":{"role":"assistant","content":""},"done_reason":"{{reason}}","done":true,"total_duration":4883583458,"prompt_eval_count":26,"eval_count":282}""";
}
