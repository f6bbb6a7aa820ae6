using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

public sealed class CohereRecordedTests
{
    public static TheoryData<string> Streams => Recordings.NamesOf("cohere", "*.chunks.txt");

    public static TheoryData<string> Bodies => Recordings.NamesOf("cohere", "*.json");

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var events = Events(name);
        var nodes = events.Select(one => JsonNode.Parse(one.Data)!).ToArray();
        var messages = nodes.Select(node => node["delta"]?["message"]).ToArray();

        var heard = Heard.Stream(CohereDialect.Instance, events);

        Assert.Equal(ChunkResult.Done, heard.Result);
        Assert.Equal(string.Concat(messages.Select(message => (string?)(message?["content"] as JsonObject)?["text"])), heard.Text);
        Assert.Equal(
            string.Concat(messages.Select(message => (string?)message?["tool_plan"] + (string?)(message?["content"] as JsonObject)?["thinking"])), heard.Reasoning);
        Assert.Equal(
            nodes.Where(node => (string?)node["type"] == "tool-call-start").Select(node => node["delta"]!["message"]!["tool_calls"]!).Select(call => ((string?)call["id"], (string?)call["function"]!["name"])),
            heard.Calls.Values.Select(call => ((string?)call.Id, (string?)call.Name)));
        Assert.All(heard.Calls.Values, call => Assert.IsType<JsonObject>(JsonNode.Parse(call.Arguments)));
        CheckEnd(nodes[^1]["delta"]!, heard.Native, heard.Finish, heard.Usage);
        Assert.Equal((string?)nodes[0]["id"], heard.Editor.UpstreamId);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void However_a_recorded_stream_is_cut_it_says_the_same(string name)
    {
        Recordings.Require();
        var events = Events(name);
        var whole = Heard.Stream(CohereDialect.Instance, events);

        var pieces = Heard.Stream(CohereDialect.Instance, events.SelectMany(one => Cut(JsonNode.Parse(one.Data)!).Select(data => (one.Name, data))));

        Assert.Equal((whole.Text, whole.Reasoning, whole.Finish, whole.Usage), (pieces.Text, pieces.Reasoning, pieces.Finish, pieces.Usage));
        Assert.Equal(whole.Calls, pieces.Calls);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_answer_says_the_same_as_chat(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        var body = JsonNode.Parse(text)!;
        var answer = Heard.Whole(CohereDialect.Instance, text);
        if (body["message"] is not JsonObject message)
        {
            Assert.Null(answer);
            return;
        }

        Assert.NotNull(answer);
        var told = answer["choices"]![0]!["message"]!;
        var contents = message["content"]?.AsArray() ?? [];
        Assert.Equal(string.Concat(contents.Select(content => (string?)content!["text"])), (string?)told["content"] ?? "");
        Assert.Equal((string?)message["tool_plan"] + string.Concat(contents.Select(content => (string?)content!["thinking"])), (string?)told["reasoning"] ?? "");
        var calls = told["tool_calls"]?.AsArray() ?? [];
        Assert.Equal((message["tool_calls"]?.AsArray() ?? []).Select(call => (string?)call!["id"]), calls.Select(call => (string?)call!["id"]));
        Assert.All(calls, call => Assert.IsType<JsonObject>(JsonNode.Parse((string)call!["function"]!["arguments"]!)));
        var choice = answer["choices"]![0]!;
        CheckEnd(body, (string?)choice["native_finish_reason"], (string?)choice["finish_reason"], Heard.UsageOf(answer));
    }

    private static void CheckEnd(JsonNode end, string? native, string? finish, Patchbay.Core.Usage usage)
    {
        Assert.Equal((string?)end["finish_reason"], native);
        Assert.Equal(native switch { "TOOL_CALL" => "tool_calls", "MAX_TOKENS" => "length", _ => "stop" }, finish);
        Assert.Equal((long)end["usage"]!["billed_units"]!["input_tokens"]!, usage.PromptTokens);
        Assert.Equal((long)end["usage"]!["billed_units"]!["output_tokens"]!, usage.CompletionTokens);
    }

    private static List<(string Name, string Data)> Events(string name) =>
        [.. File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0)
            .Select(line => (((string?)JsonNode.Parse(line)!["type"])!, line))];

    private static IEnumerable<string> Cut(JsonNode node)
    {
        var message = node["delta"]?["message"];
        foreach (var (owner, member) in (IEnumerable<(JsonNode?, string)>)[(message, "tool_plan"), (message?["content"] as JsonObject, "text"), (message?["content"] as JsonObject, "thinking")])
        {
            if ((string?)node["type"] is "content-delta" or "tool-plan-delta" && (string?)owner?[member] is { Length: > 1 } text)
            {
                owner![member] = text[..1];
                var first = node.ToJsonString();
                owner[member] = text[1..];
                return [first, node.ToJsonString()];
            }
        }

        return [node.ToJsonString()];
    }
}
