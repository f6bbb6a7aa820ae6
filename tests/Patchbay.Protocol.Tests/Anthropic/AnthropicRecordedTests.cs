using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class AnthropicRecordedTests
{
    public static TheoryData<string> Streams => Recordings.NamesOf("anthropic", "*.chunks.txt");

    public static TheoryData<string> Bodies => Recordings.NamesOf("anthropic", "*.json");

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        foreach (var events in Messages(name))
        {
            var expected = Expected.Of(events);
            var seen = Translation.Stream(events);
            if (expected.IsSpliced)
            {
                // Another message began inside of a block: nothing after it can be trusted.
                Assert.Equal(ChunkResult.Malformed, seen.Result);
                continue;
            }

            Assert.Equal(ChunkResult.Done, seen.Result);
            Assert.Equal(expected.Text, seen.Text);
            Assert.Equal(expected.Thinking, seen.Reasoning);
            Assert.Equal(expected.Tools, seen.Calls.Values.Select(call => (call.Id, call.Name)));
            Assert.All(seen.Calls.Values, call => Assert.IsType<JsonObject>(JsonNode.Parse(call.Arguments)));
            Assert.Equal(expected.StopReason, seen.Native);
            Assert.Equal(FinishOf(expected.StopReason), seen.Finish);
            Assert.Equal(expected.Citations, seen.Annotations.Count);
            AssertUsage(expected, seen.Editor.Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_message_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        var message = JsonNode.Parse(text)!;
        var answer = Translation.Whole(text);
        if ((string?)message["type"] != "message")
        {
            Assert.Null(answer);
            return;
        }

        var expected = new Expected();
        expected.AddMessage(message);
        Assert.NotNull(answer);
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString())));
        Assert.Equal((string?)message["id"], reader.UpstreamId);
        Assert.Equal(expected.StopReason, reader.NativeFinishReason);
        Assert.Equal(FinishOf(expected.StopReason), reader.FinishReason);
        var told = answer["choices"]![0]!["message"]!;
        Assert.Equal(expected.Text, (string?)told["content"] ?? "");
        Assert.Equal(expected.Thinking, (string?)told["reasoning"] ?? "");
        var calls = told["tool_calls"]?.AsArray() ?? [];
        Assert.Equal(expected.Tools, calls.Select(call => ((string)call!["id"]!, (string)call["function"]!["name"]!)));
        Assert.Equal(expected.Inputs, calls.Select(call => JsonNode.Parse((string)call!["function"]!["arguments"]!)!.ToJsonString()));
        AssertUsage(expected, reader.Usage);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Thoughts_of_a_recorded_stream_go_back_as_they_came(string name)
    {
        Recordings.Require();
        foreach (var events in Messages(name))
        {
            var expected = Expected.Of(events);
            if (expected.Signature.Length == 0 || expected.IsSpliced)
            {
                continue;
            }

            var details = new JsonArray([.. Translation.Stream(events).Details]);
            var (body, _) = Translation.Write(
                $$"""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_details":{{details.ToJsonString()}}}]}""");
            var block = body["messages"]![1]!["content"]![0]!;
            Assert.Equal("thinking", (string?)block["type"]);
            Assert.Equal(expected.Thinking, (string?)block["thinking"]);
            Assert.Equal(expected.Signature, (string?)block["signature"]);
        }
    }

    private static void AssertUsage(Expected expected, Usage usage)
    {
        Assert.Equal(expected.Input, usage.PromptTokens);
        Assert.Equal(expected.Output, usage.CompletionTokens);
        Assert.True(usage.UncachedInput >= 0 && (usage.CacheRead ?? 0) >= 0 && (usage.CacheWrite ?? 0) >= 0);
        Assert.True((usage.CacheRead ?? 0) + (usage.CacheWrite ?? 0) + (usage.CacheWrite1h ?? 0) <= usage.PromptTokens);
        Assert.True((usage.Reasoning ?? 0) <= usage.CompletionTokens);
        Assert.Equal(expected.Searches, usage.Searches);
    }

    private static string? FinishOf(string? native) => native switch
    {
        null => null,
        "tool_use" => "tool_calls",
        "max_tokens" or "model_context_window_exceeded" => "length",
        "refusal" => "content_filter",
        _ => "stop",
    };

    // A file may hold several messages, one after the other.
    private static List<List<string>> Messages(string name)
    {
        var result = new List<List<string>> { new() };
        foreach (var line in File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0))
        {
            result[^1].Add(line);
            if ((string?)JsonNode.Parse(line)!["type"] == "message_stop")
            {
                result.Add([]);
            }
        }

        return [.. result.Where(events => events.Count > 0)];
    }

    /// <summary>What the recorded JSON says, read naively.</summary>
    private sealed class Expected
    {
        private static readonly string[] Counts =
            ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"];

        private readonly Dictionary<int, JsonNode> _blocks = [];
        private readonly Dictionary<string, long> _last = [];
        private List<JsonNode> _compactions = [];

        public string Text { get; private set; } = "";

        public string Thinking { get; private set; } = "";

        public string Signature { get; private set; } = "";

        public List<(string Id, string Name)> Tools { get; } = [];

        public List<string> Inputs { get; } = [];

        public string? StopReason { get; private set; }

        public int Citations { get; private set; }

        public long Input { get; private set; }

        public long Output { get; private set; }

        public long? Searches { get; private set; }

        public bool IsSpliced { get; private set; }

        public static Expected Of(List<string> events)
        {
            var expected = new Expected();
            string? id = null;
            foreach (var node in events.Select(line => JsonNode.Parse(line)!))
            {
                switch ((string?)node["type"])
                {
                    case "message_start":
                        var next = (string?)node["message"]!["id"];
                        expected.IsSpliced |= id is not null && id != next;
                        if (id is null)
                        {
                            expected.AddMessage(node["message"]!);
                        }

                        id = next;
                        break;
                    case "content_block_start":
                        expected._blocks[(int)node["index"]!] = node["content_block"]!;
                        expected.AddBlock(node["content_block"]!);
                        break;
                    case "content_block_delta":
                        expected.AddDelta(expected._blocks[(int)node["index"]!], node["delta"]!);
                        break;
                    case "message_delta":
                        expected.StopReason = (string?)node["delta"]!["stop_reason"];
                        expected.AddUsage(node["usage"]);
                        break;
                }
            }

            return expected;
        }

        public void AddMessage(JsonNode message)
        {
            foreach (var block in message["content"]!.AsArray())
            {
                AddBlock(block!);
            }

            StopReason = (string?)message["stop_reason"] ?? StopReason;
            AddUsage(message["usage"]);
        }

        private void AddBlock(JsonNode block)
        {
            switch ((string?)block["type"])
            {
                case "text":
                    Text += (string?)block["text"];
                    Citations += block["citations"]?.AsArray().Count ?? 0;
                    break;
                case "thinking":
                    Thinking += (string?)block["thinking"];
                    Signature += (string?)block["signature"];
                    break;
                case "tool_use":
                    Tools.Add(((string)block["id"]!, (string)block["name"]!));
                    Inputs.Add(block["input"]!.ToJsonString());
                    break;
            }
        }

        private void AddDelta(JsonNode block, JsonNode delta)
        {
            switch ((string?)delta["type"])
            {
                case "text_delta" when (string?)block["type"] == "text":
                    Text += (string?)delta["text"];
                    break;
                case "thinking_delta":
                    Thinking += (string?)delta["thinking"];
                    break;
                case "signature_delta":
                    Signature += (string?)delta["signature"];
                    break;
                case "citations_delta":
                    Citations++;
                    break;
            }
        }

        // Running totals: of each count the last report counts. What was read from or written to the cache is beside
        // input_tokens here, and part of the prompt in the chat API; a compaction is beside both.
        private void AddUsage(JsonNode? usage)
        {
            foreach (var name in Counts)
            {
                _last[name] = (long?)usage?[name] ?? _last.GetValueOrDefault(name);
            }

            if (usage?["iterations"] is JsonArray iterations)
            {
                _compactions = [.. iterations.Where(one => (string?)one!["type"] == "compaction").Select(one => one!)];
            }

            Output = _last["output_tokens"] + _compactions.Sum(one => (long?)one["output_tokens"] ?? 0);
            Input = _last.Values.Sum() - _last["output_tokens"]
                + _compactions.Sum(one => Counts.SkipLast(1).Sum(name => (long?)one[name] ?? 0));
            Searches = (long?)usage?["server_tool_use"]?["web_search_requests"] ?? Searches;
        }
    }
}
