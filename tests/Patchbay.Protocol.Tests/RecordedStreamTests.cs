using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

public sealed class RecordedStreamTests
{
    public static TheoryData<string> Streams => Recordings.Names("*.chunks.txt", name => !name.StartsWith("responses-", StringComparison.Ordinal));

    public static TheoryData<string> Bodies => Recordings.Names("*.json", name =>
        !name.StartsWith("responses-", StringComparison.Ordinal) && !name.Contains("transcription", StringComparison.Ordinal)
        && !name.Contains("embedding", StringComparison.Ordinal) && !name.Contains("image", StringComparison.Ordinal)
        && !name.Contains("skill", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_comes_through_unchanged_but_for_our_edits(string name)
    {
        Recordings.Require();
        var lines = File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0).ToArray();
        var editor = Bytes.Editor();
        var ours = new Answer();
        var theirs = new Answer();
        foreach (var line in lines)
        {
            theirs.Add(line);
            var (result, output) = editor.Process(line);
            if (result == ChunkResult.Swallowed)
            {
                Assert.Empty(JsonNode.Parse(line)!["choices"]!.AsArray());
                continue;
            }

            Assert.Equal(ChunkResult.Forwarded, result);
            var body = Bytes.Body(output);
            ours.Add(body);
            Assert.Equal(WithoutUsage(line), UndoText(body, line));
            Assert.DoesNotContain("\"usage\"", Outer(body), StringComparison.Ordinal);

            // A fresh editor has no memory of the chunk before.
            Assert.Equal(output, Bytes.Editor().Process(line).Output);
        }

        Assert.True(lines.Length > 0);
        Assert.Equal(theirs.Text.ToString(), ours.Text.ToString());
        Assert.Equal(theirs.Arguments.ToString(), ours.Arguments.ToString());
        Assert.Equal(theirs.FinishReason, editor.FinishReason);
        Assert.Equal(theirs.FinishReason, ours.FinishReason);
        Assert.Equal(Encoding.UTF8.GetByteCount(theirs.Text.ToString()) + theirs.ArgumentBytes, editor.OutputBytes);
        Assert.Equal(theirs.HasUsage, editor.HasUsage);
        Assert.Equal(theirs.Total, editor.Usage.TotalTokens);
        Assert.Equal(theirs.Prompt, editor.Usage.PromptTokens);
        Assert.Equal(theirs.Cached, editor.Usage.CacheRead);
        Assert.Equal(theirs.Reasoning, editor.Usage.Reasoning);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_body_comes_through_unchanged_but_for_our_edits(string name)
    {
        Recordings.Require();
        var body = File.ReadAllBytes(Path.Combine(Recordings.Folder!, name));
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(body));
        var original = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(original.ContainsKey("error"), reader.HasError);
        if (reader.HasError)
        {
            Assert.True(reader.IsEmpty);
            return;
        }

        Assert.False(reader.IsEmpty);
        Assert.True(reader.HasUsage);
        Assert.Equal((long)original["usage"]!["total_tokens"]!, reader.Usage.TotalTokens);
        Assert.Equal((string?)original["choices"]![0]!["finish_reason"], reader.FinishReason);
        Assert.Equal((string?)original["id"], reader.UpstreamId);

        var output = new ArrayBufferWriter<byte>();
        ChatResponseWriter.Write(body, reader, Bytes.Stamp, reader.Usage, Bytes.Charge, output);
        var text = Bytes.Text(output);
        Assert.Equal(0.00014m, (decimal)JsonNode.Parse(text)!["usage"]!["cost"]!);
        var source = Encoding.UTF8.GetString(body);
        Assert.Equal(Undo(source, source), Undo(text, source));
    }

    // The text with our edits undone: provider, usage, native finish reason and an added fingerprint dropped, id and model as in the source.
    private static string Undo(string json, string source)
    {
        var original = JsonNode.Parse(source)!.AsObject();
        var node = JsonNode.Parse(TheirReasoning(json, source))!.AsObject();
        node.Remove("provider");
        node.Remove("usage");
        if (!original.ContainsKey("system_fingerprint"))
        {
            node.Remove("system_fingerprint");
        }

        node["id"] = original["id"]?.DeepClone();
        node["model"] = original["model"]?.DeepClone();
        foreach (var choice in node["choices"]!.AsArray())
        {
            choice!.AsObject().Remove("native_finish_reason");
        }

        return node.ToJsonString();
    }

    // The other name of reasoning becomes the one that our callers know.
    private static string TheirReasoning(string json, string source) =>
        source.Contains("\"reasoning_content\":", StringComparison.Ordinal)
            ? json.Replace("\"reasoning\":", "\"reasoning_content\":", StringComparison.Ordinal)
            : json;

    // The recorded chunks are compact JSON, so that their edits can be undone in the text itself, byte for byte.
    private static string UndoText(string body, string source)
    {
        var original = JsonNode.Parse(source)!;
        body = TheirReasoning(body, source)
            .Replace("\"id\":\"gen-1-abc\"", $"\"id\":\"{original["id"]}\"", StringComparison.Ordinal)
            .Replace(",\"provider\":\"Acme \\\"AI\\\"\"", "", StringComparison.Ordinal)
            .Replace("\"model\":\"acme/echo\"", $"\"model\":\"{original["model"]}\"", StringComparison.Ordinal);
        if (!source.Contains("\"finish_reason\":", StringComparison.Ordinal))
        {
            body = body.Replace(",\"finish_reason\":null", "", StringComparison.Ordinal);
        }

        body = body.Replace("\"object\":\"chat.completion.chunk\"", $"\"object\":\"{original["object"]}\"", StringComparison.Ordinal);

        var reason = (string?)original["choices"]!.AsArray().FirstOrDefault()?["finish_reason"];
        return body.Replace($",\"native_finish_reason\":\"{reason}\"", "", StringComparison.Ordinal);
    }

    // Nor with a fingerprint of null.
    private static string WithoutUsage(string source)
    {
        source = source.Replace(",\"system_fingerprint\":null", "", StringComparison.Ordinal);
        var original = JsonNode.Parse(source)!.AsObject();
        if (!original.ContainsKey("usage"))
        {
            return source;
        }

        var usage = $",\"usage\":{original["usage"]?.ToJsonString() ?? "null"}";
        return source.Remove(source.LastIndexOf(usage, StringComparison.Ordinal), usage.Length);
    }

    private static string Outer(string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node.Remove("x_groq");
        return string.Join(',', node.Select(member => $"\"{member.Key}\""));
    }

    private sealed class Answer
    {
        public StringBuilder Text { get; } = new();

        public StringBuilder Arguments { get; } = new();

        public long ArgumentBytes { get; private set; }

        public string? FinishReason { get; private set; }

        public bool HasUsage { get; private set; }

        public long Prompt { get; private set; }

        public long Total { get; private set; }

        public long? Cached { get; private set; }

        public long? Reasoning { get; private set; }

        public void Add(string chunk)
        {
            var node = JsonNode.Parse(chunk)!;
            foreach (var choice in node["choices"]!.AsArray())
            {
                FinishReason ??= (string?)choice!["finish_reason"];
                var delta = choice!["delta"]!;
                AddText(delta["reasoning_content"] ?? delta["reasoning"]);
                AddText(delta["content"]);
                foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
                {
                    Arguments.Append((string?)call!["function"]!["arguments"]);
                    ArgumentBytes += Length(call["function"]!["arguments"]) + Length(call["function"]!["name"]);
                }
            }

            if (node["usage"] is JsonObject usage)
            {
                HasUsage = true;
                Prompt = (long)usage["prompt_tokens"]!;
                Total = (long)usage["total_tokens"]!;
                Cached = (long?)usage["prompt_tokens_details"]?["cached_tokens"];
                Reasoning = (long?)usage["completion_tokens_details"]?["reasoning_tokens"];
            }
        }

        private static long Length(JsonNode? text) => text is null ? 0 : Encoding.UTF8.GetByteCount((string?)text ?? "");

        private void AddText(JsonNode? content)
        {
            switch (content)
            {
                case JsonArray parts:
                    foreach (var part in parts)
                    {
                        AddText(part!["text"] ?? part["thinking"]);
                    }

                    break;
                case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                    Text.Append((string?)value);
                    break;
                default:
                    break;
            }
        }
    }
}
