using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

public sealed class ResponsesRecordedTests
{
    // Events of this one lack a brace.
    private const string Broken = "responses-parallel-tool-call-wrapper.1.chunks.txt";

    private static readonly string[] Folders = ["openai", "azure", "xai"];

    public static TheoryData<string> Streams => Names(".chunks.txt");

    public static TheoryData<string> Bodies => Names(".json");

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_says_what_its_items_say(string name)
    {
        Recordings.Require();
        foreach (var events in Responses(name))
        {
            var heard = Heard.Stream(OpenAiResponsesDialect.Instance, Named(events));
            var nodes = events.Select(one => JsonNode.Parse(one)!).ToList();
            if (nodes.Exists(node => (string?)node["type"] == "error"))
            {
                Assert.Equal(ChunkResult.Error, heard.Result);
                continue;
            }

            // Encrypted reasoning is encrypted anew each time it is told: that of the item counts.
            var items = nodes.Where(node => (string?)node["type"] == "response.output_item.done").Select(node => node["item"]!).ToList();
            var end = nodes[^1]["response"]!;
            Assert.Equal(ChunkResult.Done, heard.Result);
            Assert.Equal(Deltas(nodes), heard.Text);
            Assert.Equal(SummaryOf(items), heard.Reasoning);
            Assert.Equal(EncryptedOf(items), heard.Details.Where(detail => detail["data"] is not null).Select(detail => ((string?)detail["id"], (string?)detail["data"])));
            Assert.Equal(CallsOf(items), heard.Calls.Values.Select(call => ((string?)call.Id, (string?)call.Name, (string?)call.Arguments)));
            Assert.Equal(CitedIn(items), heard.Annotations.Select(CitedBy));
            Assert.Equal(ImagesOf(items), heard.Images.Select(image => (string?)image["image_url"]!["url"]));
            Assert.Equal("completed", heard.Native);
            Assert.Equal(heard.Calls.Count > 0 ? "tool_calls" : "stop", heard.Finish);
            AssertUsage(end, items, heard.Usage);
            Assert.Equal((string?)end["id"], heard.Editor.UpstreamId);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_body_says_what_its_items_say(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        var body = JsonNode.Parse(text)!;
        var answer = Heard.Whole(OpenAiResponsesDialect.Instance, text);
        if (body["output"] is not JsonArray output)
        {
            // An error body, or an answer of the chat API.
            Assert.Equal(body["error"] is JsonObject, answer?["error"] is not null);
            return;
        }

        var items = output.Select(item => item!).ToList();
        var choice = answer!["choices"]![0]!;
        var message = choice["message"]!;
        var details = message["reasoning_details"]?.AsArray() ?? [];
        Assert.Equal(TextOf(items), (string?)message["content"] ?? "");
        Assert.Equal(SummaryOf(items), (string?)message["reasoning"] ?? "");
        Assert.Equal(EncryptedOf(items), details.Where(detail => detail!["data"] is not null).Select(detail => ((string?)detail!["id"], (string?)detail["data"])));
        Assert.Equal(
            CallsOf(items),
            (message["tool_calls"]?.AsArray() ?? []).Select(call => ((string?)call!["id"], (string?)call["function"]!["name"], (string?)call["function"]!["arguments"])));
        Assert.Equal(CitedIn(items), (message["annotations"]?.AsArray() ?? []).Select(CitedBy));
        Assert.Equal(ImagesOf(items), (message["images"]?.AsArray() ?? []).Select(image => (string?)image!["image_url"]!["url"]));
        Assert.Equal("completed", (string?)choice["native_finish_reason"]);
        Assert.Equal(message["tool_calls"] is null ? "stop" : "tool_calls", (string?)choice["finish_reason"]);
        Assert.Equal((string?)body["service_tier"], (string?)answer["service_tier"]);
        AssertUsage(body, items, Heard.UsageOf(answer));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Any_cutting_of_a_recorded_stream_says_the_same(string name)
    {
        Recordings.Require();
        foreach (var events in Responses(name))
        {
            var expected = new TellingSink();
            var whole = OpenAiResponsesDialect.Instance.CreateStream();
            whole.Reset(DialectRequest.Whole);
            events.ForEach(data => whole.Read(default, Encoding.UTF8.GetBytes(data), expected));
            var wire = Encoding.UTF8.GetBytes(string.Concat(Named(events).Select(one => $"event: {one.Name}\r\ndata: {one.Data}\r\n\r\n")));
            for (var seed = 0; seed < 12; seed++)
            {
                var sink = new TellingSink();
                whole.Reset(DialectRequest.Whole);
                using var reader = new SseFrameReader(new PiecewiseStream(wire, seed));
                while (await reader.FillAsync(TestContext.Current.CancellationToken))
                {
                    while (reader.TryRead(out var frame) == FrameResult.Frame)
                    {
                        Assert.NotEqual(StreamProgress.Malformed, whole.Read(frame.Event, frame.Data, sink));
                    }
                }

                Assert.Equal(expected.Calls, sink.Calls);
            }
        }
    }

    // What streamed reasoning gives back in the next turn is what the provider had said.
    [Theory]
    [MemberData(nameof(Streams))]
    public void Recorded_reasoning_goes_back_as_it_came(string name)
    {
        Recordings.Require();
        foreach (var events in Responses(name))
        {
            var heard = Heard.Stream(OpenAiResponsesDialect.Instance, Named(events));
            var came = events.Select(one => JsonNode.Parse(one)!)
                .Where(node => (string?)node["type"] == "response.output_item.done" && (string?)node["item"]!["type"] == "reasoning" && node["item"]!["encrypted_content"] is not null)
                .Select(node => node["item"]!.AsObject()).ToList();
            var message = new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = "x",
                ["reasoning_details"] = new JsonArray([.. heard.Details.Select(detail => detail.DeepClone())]),
            };

            var (body, _) = Heard.Write(
                OpenAiResponsesDialect.Instance, new JsonObject { ["messages"] = new JsonArray(message) }.ToJsonString(), Heard.Target("gpt-5"));

            var went = body["input"]!.AsArray().Where(item => (string?)item!["type"] == "reasoning").ToList();
            Assert.Equal(came.Count, went.Count);
            for (var i = 0; i < came.Count; i++)
            {
                came[i].Remove("status");
                Assert.True(JsonNode.DeepEquals(came[i], went[i]), went[i]!.ToJsonString());
            }
        }
    }

    [Fact]
    public void The_recorded_errors_are_told_apart()
    {
        Recordings.Require();
        var quota = Read("openai/responses-openai-error.1.json", 429);
        var parameter = Read("openai/responses-reasoning-model-temperature-error.json", 400);

        Assert.Equal(Core.GatewayErrorKind.ProviderAuth, quota.Kind);
        Assert.Equal((Core.GatewayErrorKind.ProviderRejected, "temperature"), (parameter.Kind, parameter.Parameter));
        Assert.StartsWith("Unsupported parameter", parameter.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_whose_events_lack_a_brace_cannot_be_read()
    {
        Recordings.Require();
        var lines = File.ReadAllLines(Path.Combine(Recordings.Folder!, "openai", Broken));
        var stream = OpenAiResponsesDialect.Instance.CreateStream();
        stream.Reset(DialectRequest.Whole);
        foreach (var line in (string[])[lines[0], lines[^1]])
        {
            Assert.Equal(StreamProgress.Malformed, stream.Read(default, Encoding.UTF8.GetBytes(line), new NullSink()));
        }
    }

    private static DialectError Read(string name, int status) =>
        OpenAiResponsesDialect.Instance.ReadError(File.ReadAllBytes(Path.Combine(Recordings.Folder!, name)), status);

    private static void AssertUsage(JsonNode response, List<JsonNode> items, Core.Usage usage)
    {
        var told = response["usage"]!;
        Assert.Equal((long)told["input_tokens"]!, usage.PromptTokens);
        Assert.Equal((long)told["output_tokens"]!, usage.CompletionTokens);
        Assert.Equal((long)told["input_tokens_details"]!["cached_tokens"]!, usage.CacheRead);
        Assert.Equal((long)told["output_tokens_details"]!["reasoning_tokens"]!, usage.Reasoning);
        var searches = items.Count(item => (string?)item["type"] == "web_search_call" && (string?)item["action"]?["type"] is null or "search");
        Assert.Equal(searches == 0 ? null : searches, usage.Searches);
    }

    private static string TextOf(List<JsonNode> items) => string.Concat(items
        .Where(item => (string?)item["type"] == "message")
        .SelectMany(item => item["content"]!.AsArray()).Select(part => (string?)part!["text"]));

    private static string Deltas(List<JsonNode> events) => string.Concat(events
        .Where(node => (string?)node["type"] == "response.output_text.delta").Select(node => (string?)node["delta"]));

    private static string SummaryOf(List<JsonNode> items) => string.Concat(items
        .Where(item => (string?)item["type"] == "reasoning")
        .SelectMany(item => item["summary"]!.AsArray()).Select(part => (string?)part!["text"]));

    private static IEnumerable<(string?, string?)> EncryptedOf(List<JsonNode> items) => items
        .Where(item => (string?)item["type"] == "reasoning" && item["encrypted_content"] is not null)
        .Select(item => ((string?)item["id"], (string?)item["encrypted_content"]));

    private static IEnumerable<(string?, string?, string?)> CallsOf(List<JsonNode> items) => items
        .Where(item => (string?)item["type"] == "function_call")
        .Select(item => ((string?)item["call_id"], (string?)item["name"], (string?)item["arguments"]));

    private static IEnumerable<string?> ImagesOf(List<JsonNode> items) => items
        .Where(item => (string?)item["type"] == "image_generation_call" && item["result"] is not null)
        .Select(item => $"data:image/{(string?)item["output_format"] ?? "png"};base64,{(string?)item["result"]}");

    private static IEnumerable<(string?, long, long)> CitedIn(List<JsonNode> items) => items
        .Where(item => (string?)item["type"] == "message")
        .SelectMany(item => item["content"]!.AsArray())
        .SelectMany(part => part!["annotations"]!.AsArray())
        .Where(one => (string?)one!["type"] is "url_citation" or "file_citation")
        .Select(one => ((string?)one!["url"] ?? (string?)one["filename"], (long)(one["start_index"] ?? one["index"])!, (long)(one["end_index"] ?? one["index"])!));

    private static (string?, long, long) CitedBy(JsonNode? annotation)
    {
        var inner = annotation!["url_citation"] ?? annotation["file_citation"]!;
        return ((string?)(inner["url"] ?? inner["filename"]), (long)inner["start_index"]!, (long)inner["end_index"]!);
    }

    private static IEnumerable<(string Name, string Data)> Named(List<string> events) =>
        events.Select(data => ((string)JsonNode.Parse(data)!["type"]!, data));

    // Some recordings hold several turns, one after the other.
    private static List<List<string>> Responses(string name)
    {
        var responses = new List<List<string>>();
        foreach (var line in File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0))
        {
            if ((string?)JsonNode.Parse(line)!["type"] == "response.created")
            {
                responses.Add([]);
            }

            responses[^1].Add(line);
        }

        return responses;
    }

    private static TheoryData<string> Names(string ending)
    {
        var names = new TheoryData<string>();
        foreach (var folder in Recordings.Folder is null ? [] : Folders)
        {
            foreach (var path in Directory.GetFiles(Path.Combine(Recordings.Folder!, folder)).Order(StringComparer.Ordinal))
            {
                var file = Path.GetFileName(path);
                if (file != Broken && file.EndsWith(ending, StringComparison.Ordinal) && (folder == "azure" || file.StartsWith("responses-", StringComparison.Ordinal)))
                {
                    names.Add($"{folder}/{file}");
                }
            }
        }

        if (names.Count == 0)
        {
            names.Add("missing");
        }

        return names;
    }
}
