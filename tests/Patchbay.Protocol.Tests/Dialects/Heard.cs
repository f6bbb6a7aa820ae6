using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

/// <summary>What a chat caller hears of an answer in any dialect.</summary>
internal sealed class Heard
{
    private Usage? _usage;

    public string Text { get; private set; } = "";

    public string Reasoning { get; private set; } = "";

    public string Refusal { get; private set; } = "";

    /// <summary>In how many pieces the text came, and the arguments of the calls.</summary>
    public (int Text, int Arguments) Pieces { get; private set; }

    public List<JsonNode> Details { get; } = [];

    public List<JsonNode> Annotations { get; } = [];

    public List<JsonNode> Images { get; } = [];

    public List<JsonNode> Logprobs { get; } = [];

    public SortedDictionary<int, (string Id, string Name, string Arguments)> Calls { get; } = [];

    public string? Finish { get; private set; }

    public string? Native { get; private set; }

    public ChunkResult Result { get; private set; }

    public ChatStreamEditor Editor { get; } = Bytes.Editor();

    public Usage Usage => _usage ?? Editor.Usage;

    /// <summary>Streams chunks of the chat API through the editor, as the relay does.</summary>
    public static Heard Chunks(IEnumerable<string> chunks)
    {
        var heard = new Heard();
        foreach (var chunk in chunks)
        {
            (heard.Result, var output) = heard.Editor.Process(chunk);
            heard.Add(output);
            if (heard.Result is ChunkResult.Done or ChunkResult.Error or ChunkResult.Malformed)
            {
                break;
            }
        }

        return heard;
    }

    /// <summary>What a caller hears of a whole chat completion.</summary>
    public static Heard Of(JsonNode completion)
    {
        var heard = new Heard { _usage = UsageOf(completion) };
        heard.AddChoice(completion["choices"]![0]!, completion["choices"]![0]!["message"]!);
        return heard;
    }

    /// <summary>Streams events through the translator, as the relay does.</summary>
    public static Heard Stream(Dialect dialect, IEnumerable<(string Name, string Data)> events, DialectRequest? request = null)
    {
        var heard = new Heard();
        using var translator = new ChatTranslator(heard.Editor);
        translator.Reset(dialect, request ?? DialectRequest.Whole, 7, withoutReasoning: false);
        foreach (var (name, data) in events)
        {
            var output = new ArrayBufferWriter<byte>();
            using var reader = new SseFrameReader(new MemoryStream(Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n")));
            StreamFrame frame;
            while (reader.TryRead(out frame) != FrameResult.Frame)
            {
                Assert.True(reader.FillAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());
            }

            heard.Result = translator.Process(frame, output);
            heard.Add(Encoding.UTF8.GetString(output.WrittenSpan));
            if (heard.Result is ChunkResult.Done or ChunkResult.Error or ChunkResult.Malformed)
            {
                break;
            }
        }

        return heard;
    }

    /// <summary>The chat completion of a whole answer; null when it is none.</summary>
    public static JsonNode? Whole(Dialect dialect, string body, DialectRequest? request = null)
    {
        using var translator = new ChatTranslator(Bytes.Editor());
        translator.Reset(dialect, request ?? DialectRequest.Whole, 7, withoutReasoning: false);
        var output = new ArrayBufferWriter<byte>();
        return translator.Convert(Encoding.UTF8.GetBytes(body), output) ? JsonNode.Parse(output.WrittenSpan) : null;
    }

    /// <summary>The usage of a whole answer, as the pipeline reads it.</summary>
    public static Usage UsageOf(JsonNode completion)
    {
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(Encoding.UTF8.GetBytes(completion.ToJsonString())));
        return reader.Usage;
    }

    /// <summary>Writes a chat request in a dialect.</summary>
    public static (JsonNode Body, DialectRequest Request) Write(Dialect dialect, string chat, DialectTarget target)
    {
        var output = new ArrayBufferWriter<byte>();
        var request = dialect.WriteRequest(CanonicalChatReader.Read(Encoding.UTF8.GetBytes(chat)), target, output);
        return (JsonNode.Parse(output.WrittenSpan)!, request);
    }

    public static DialectTarget Target(string model, Parameters without = Parameters.None) => new()
    {
        Model = Encoding.UTF8.GetBytes(model),
        Supported = (Parameters)ulong.MaxValue & ~without,
    };

    public static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString() ?? "nothing");

    private void Add(string output)
    {
        foreach (var line in output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var chunk = JsonNode.Parse(line["data: ".Length..])!;
            if (chunk["choices"]!.AsArray() is not [{ } choice])
            {
                continue;
            }

            AddChoice(choice, choice["delta"]!);
        }
    }

    private void AddChoice(JsonNode choice, JsonNode delta)
    {
        Text += (string?)delta["content"];
        Reasoning += (string?)delta["reasoning"];
        Refusal += (string?)delta["refusal"];
        Gather(delta["reasoning_details"], Details);
        Gather(delta["annotations"], Annotations);
        Gather(delta["images"], Images);
        Gather(choice["logprobs"]?["content"], Logprobs);
        var arguments = 0;
        var place = 0;
        foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
        {
            var index = (int?)call!["index"] ?? place;
            place++;
            var old = Calls.GetValueOrDefault(index, ("", "", ""));
            var more = (string?)call["function"]!["arguments"];
            arguments += string.IsNullOrEmpty(more) ? 0 : 1;
            Calls[index] = (old.Item1 + (string?)call["id"], old.Item2 + (string?)call["function"]!["name"], old.Item3 + more);
        }

        Pieces = (Pieces.Text + (string.IsNullOrEmpty((string?)delta["content"]) ? 0 : 1), Pieces.Arguments + arguments);
        Finish ??= (string?)choice["finish_reason"];
        Native ??= (string?)choice["native_finish_reason"];
    }

    private static void Gather(JsonNode? from, List<JsonNode> to) =>
        to.AddRange((from as JsonArray ?? []).OfType<JsonNode>().Select(node => node.DeepClone()));
}
