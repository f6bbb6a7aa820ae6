using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

/// <summary>What a chat caller sees of an Anthropic answer.</summary>
internal sealed class Translation
{
    public string Text { get; private set; } = "";

    public string Reasoning { get; private set; } = "";

    public string Refusal { get; private set; } = "";

    public List<JsonNode> Details { get; } = [];

    public List<JsonNode> Annotations { get; } = [];

    public SortedDictionary<int, (string Id, string Name, string Arguments)> Calls { get; } = [];

    public string? Finish { get; private set; }

    public string? Native { get; private set; }

    public ChunkResult Result { get; private set; }

    public ChatStreamEditor Editor { get; } = Bytes.Editor();

    /// <summary>Streams events through the translator, as the relay does.</summary>
    public static Translation Stream(IEnumerable<string> events, DialectRequest? request = null, bool withoutReasoning = false)
    {
        var result = new Translation();
        using var translator = new ChatTranslator(result.Editor);
        translator.Reset(AnthropicDialect.Instance, request ?? DialectRequest.Whole, 7, withoutReasoning);
        foreach (var data in events)
        {
            var output = new ArrayBufferWriter<byte>();
            using var reader = new SseFrameReader(new MemoryStream(Encoding.UTF8.GetBytes($"event: x\ndata: {data}\n\n")));
            StreamFrame frame;
            while (reader.TryRead(out frame) != FrameResult.Frame)
            {
                Assert.True(reader.FillAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());
            }

            result.Result = translator.Process(frame, output);
            result.Add(Encoding.UTF8.GetString(output.WrittenSpan));
            if (result.Result is ChunkResult.Done or ChunkResult.Error or ChunkResult.Malformed)
            {
                break;
            }
        }

        return result;
    }

    /// <summary>The chat completion of a whole message; null when it is no message.</summary>
    public static JsonNode? Whole(string body, DialectRequest? request = null, bool withoutReasoning = false)
    {
        using var translator = new ChatTranslator(Bytes.Editor());
        translator.Reset(AnthropicDialect.Instance, request ?? DialectRequest.Whole, 7, withoutReasoning);
        var output = new ArrayBufferWriter<byte>();
        return translator.Convert(Encoding.UTF8.GetBytes(body), output) ? JsonNode.Parse(output.WrittenSpan) : null;
    }

    /// <summary>Writes a chat request as the dialect does.</summary>
    public static (JsonNode Body, DialectRequest Request) Write(string chat, DialectTarget? target = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var request = AnthropicDialect.Instance.WriteRequest(
            CanonicalChatReader.Read(Encoding.UTF8.GetBytes(chat)), target ?? Target("claude-sonnet-4-5"), output);
        return (JsonNode.Parse(output.WrittenSpan)!, request);
    }

    public static DialectTarget Target(string model) => new()
    {
        Model = Encoding.UTF8.GetBytes(model),
        Supported = (Patchbay.Core.Parameters)ulong.MaxValue,
        DefaultOutputTokens = 64_000,
    };

    private void Add(string output)
    {
        foreach (var line in output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var chunk = JsonNode.Parse(line["data: ".Length..])!;
            Assert.Equal("gen-1-abc", (string?)chunk["id"]);
            Assert.Null(chunk["usage"]);
            if (chunk["choices"]!.AsArray() is not [{ } choice])
            {
                continue;
            }

            var delta = choice["delta"]!;
            Text += (string?)delta["content"];
            Reasoning += (string?)delta["reasoning"];
            Refusal += (string?)delta["refusal"];
            Details.AddRange((delta["reasoning_details"]?.AsArray() ?? []).Select(node => node!.DeepClone()));
            Annotations.AddRange((delta["annotations"]?.AsArray() ?? []).Select(node => node!.DeepClone()));
            foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
            {
                var index = (int)call!["index"]!;
                var old = Calls.GetValueOrDefault(index, ("", "", ""));
                Calls[index] = (
                    old.Item1 + (string?)call["id"], old.Item2 + (string?)call["function"]!["name"],
                    old.Item3 + (string?)call["function"]!["arguments"]);
            }

            Finish ??= (string?)choice["finish_reason"];
            Native ??= (string?)choice["native_finish_reason"];
        }
    }
}
