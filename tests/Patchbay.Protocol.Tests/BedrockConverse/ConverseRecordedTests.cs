using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

public sealed class ConverseRecordedTests
{
    public static TheoryData<string> Streams => Recordings.NamesOf("amazon-bedrock", "*.chunks.txt");

    public static TheoryData<string> Bodies => Recordings.NamesOf("amazon-bedrock", "*.json");

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var events = Events(name);
        var expected = Expected.Of(events.Select(one => (one.Name, JsonNode.Parse(one.Data)!)));

        var heard = Heard.Stream(ConverseDialect.Instance, events);

        Assert.NotEqual(ChunkResult.Malformed, heard.Result);
        Assert.Equal(expected.HasUsage, heard.Result == ChunkResult.Done);
        expected.Check(heard);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void However_a_recorded_stream_is_cut_it_says_the_same(string name)
    {
        Recordings.Require();
        var events = Events(name);
        var cut = new List<(string, string)>();
        foreach (var (type, data) in events)
        {
            cut.AddRange(Cut(JsonNode.Parse(data)!).Select(piece => (type, piece)));
        }

        var whole = Heard.Stream(ConverseDialect.Instance, events);
        var pieces = Heard.Stream(ConverseDialect.Instance, cut);

        Assert.True(cut.Count > events.Count || whole.Text.Length + whole.Calls.Count == 0);
        Assert.Equal((whole.Text, whole.Reasoning, whole.Finish, whole.Result), (pieces.Text, pieces.Reasoning, pieces.Finish, pieces.Result));
        Assert.Equal(whole.Calls, pieces.Calls);
        Assert.Equal(whole.Usage, pieces.Usage);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Signed_thoughts_of_a_recorded_stream_go_back_as_they_came(string name)
    {
        Recordings.Require();
        var events = Events(name);
        var expected = Expected.Of(events.Select(one => (one.Name, JsonNode.Parse(one.Data)!)));
        var details = new JsonArray([.. Heard.Stream(ConverseDialect.Instance, events).Details]);
        if (expected.Signature.Length == 0)
        {
            Assert.Empty(details);
            return;
        }

        var (body, _) = Heard.Write(
            ConverseDialect.Instance,
            $$"""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_details":{{details.ToJsonString()}}}]}""",
            Heard.Target("anthropic.claude-3-7-sonnet-20250219-v1:0"));

        var block = body["messages"]![1]!["content"]![0]!["reasoningContent"]!["reasoningText"]!;
        Assert.Equal(expected.Thinking, (string?)block["text"]);
        Assert.Equal(expected.Signature, (string?)block["signature"]);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_answer_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        var body = JsonNode.Parse(text)!;
        var answer = Heard.Whole(ConverseDialect.Instance, text);
        if (body["output"] is null)
        {
            Assert.Null(answer);
            return;
        }

        Assert.NotNull(answer);
        var choice = answer["choices"]![0]!;
        var message = choice["message"]!;
        var blocks = body["output"]!["message"]!["content"]!.AsArray();
        var calls = message["tool_calls"]?.AsArray() ?? [];
        Assert.Equal(string.Concat(blocks.Select(block => (string?)block!["text"])), (string?)message["content"] ?? "");
        Assert.Equal(
            string.Concat(blocks.Select(block => (string?)block!["reasoningContent"]?["reasoningText"]?["text"])), (string?)message["reasoning"] ?? "");
        Assert.Equal(
            blocks.Where(block => block!["toolUse"] is not null).Select(block => block!["toolUse"]!).Select(use => ((string?)use["toolUseId"], (string?)use["name"], use["input"]!.ToJsonString())),
            calls.Select(call => ((string?)call!["id"], (string?)call["function"]!["name"], JsonNode.Parse((string)call["function"]!["arguments"]!)!.ToJsonString())));
        Assert.Equal(FinishOf((string)body["stopReason"]!), (string?)choice["finish_reason"]);
        Assert.Equal((string?)body["stopReason"], (string?)choice["native_finish_reason"]);
        var usage = Heard.UsageOf(answer);
        Assert.Equal((long)body["usage"]!["inputTokens"]!, usage.PromptTokens);
        Assert.Equal((long)body["usage"]!["outputTokens"]!, usage.CompletionTokens);
        Assert.Equal((long)body["usage"]!["totalTokens"]!, usage.TotalTokens);
    }

    // A line keeps the event as its only member.
    private static List<(string Name, string Data)> Events(string name) =>
        [.. File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0)
            .Select(line => JsonNode.Parse(line)!.AsObject().Single()).Select(member => (member.Key, member.Value!.ToJsonString()))];

    // Texts and arguments in two pieces, between letters.
    private static IEnumerable<string> Cut(JsonNode data)
    {
        foreach (var path in (string[][])[["text"], ["toolUse", "input"], ["reasoningContent", "text"]])
        {
            var owner = path.Length == 1 ? data["delta"] as JsonObject : data["delta"]?[path[0]] as JsonObject;
            if ((string?)owner?[path[^1]] is not { Length: > 1 } text || char.IsHighSurrogate(text[(text.Length / 2) - 1]))
            {
                continue;
            }

            owner![path[^1]] = text[..(text.Length / 2)];
            var first = data.ToJsonString();
            owner[path[^1]] = text[(text.Length / 2)..];
            return [first, data.ToJsonString()];
        }

        return [data.ToJsonString()];
    }

    private static string FinishOf(string native) => native switch
    {
        "tool_use" => "tool_calls",
        "max_tokens" => "length",
        _ => "stop",
    };

    /// <summary>What the recorded JSON says, read naively.</summary>
    private sealed class Expected
    {
        private readonly SortedDictionary<int, (string Id, string Name, string Arguments)> _calls = [];
        private string _text = "";
        private string? _stop;
        private JsonNode? _usage;

        public string Thinking { get; private set; } = "";

        public string Signature { get; private set; } = "";

        public bool HasUsage => _usage is not null;

        public static Expected Of(IEnumerable<(string Name, JsonNode Data)> events)
        {
            var expected = new Expected();
            var places = new Dictionary<int, int>();
            foreach (var (name, data) in events)
            {
                switch (name)
                {
                    case "contentBlockStart" when data["start"]!["toolUse"] is { } use:
                        places[(int)data["contentBlockIndex"]!] = expected._calls.Count;
                        expected._calls[expected._calls.Count] = ((string)use["toolUseId"]!, (string)use["name"]!, "");
                        break;
                    case "contentBlockDelta":
                        var delta = data["delta"]!;
                        expected._text += (string?)delta["text"];
                        expected.Thinking += (string?)delta["reasoningContent"]?["text"];
                        expected.Signature += (string?)delta["reasoningContent"]?["signature"];
                        if (delta["toolUse"] is { } more)
                        {
                            var place = places[(int)data["contentBlockIndex"]!];
                            var call = expected._calls[place];
                            expected._calls[place] = (call.Id, call.Name, call.Arguments + (string?)more["input"]);
                        }

                        break;
                    case "messageStop":
                        expected._stop = (string?)data["stopReason"];
                        break;
                    case "metadata":
                        expected._usage = data["usage"];
                        break;
                }
            }

            return expected;
        }

        public void Check(Heard heard)
        {
            Assert.Equal(_text, heard.Text);
            Assert.Equal(Thinking, heard.Reasoning);
            Assert.Equal(_calls, heard.Calls);
            Assert.Equal(_stop, heard.Native);
            Assert.Equal(FinishOf(_stop!), heard.Finish);
            Assert.Equal((long?)_usage?["inputTokens"] ?? 0, heard.Usage.PromptTokens);
            Assert.Equal((long?)_usage?["outputTokens"] ?? 0, heard.Usage.CompletionTokens);
        }
    }
}
