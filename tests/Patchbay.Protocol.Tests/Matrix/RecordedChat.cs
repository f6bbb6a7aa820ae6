using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Checks of recordings in the caller's own dialect.</summary>
internal static class RecordedChat
{
    /// <summary>A whole answer, by what it says.</summary>
    public static void CheckBody(string name)
    {
        new RecordedStreamTests().A_recorded_body_comes_through_unchanged_but_for_our_edits(name);
        var body = JsonNode.Parse(File.ReadAllText(Path.Combine(Recordings.Folder!, name)))!;
        var heard = new CompatibleRow().Read(body.ToJsonString());
        var message = body["choices"]![0]!["message"]!;
        Assert.Equal((string?)message["content"] ?? "", heard.Text);
        Assert.Equal((string?)(message["reasoning"] ?? message["reasoning_content"]) ?? "", heard.Reasoning);
        Assert.Equal(
            (message["tool_calls"]?.AsArray() ?? []).Select(call => ((string?)call!["id"], (string?)call["function"]!["name"], (string?)call["function"]!["arguments"])),
            heard.Calls.Values.Select(call => ((string?)call.Id, (string?)call.Name, (string?)call.Arguments)));
        Assert.Equal((long)body["usage"]!["prompt_tokens"]!, heard.Usage.PromptTokens);
    }

    /// <summary>Server-sent events as they were on the wire, comments and all.</summary>
    public static void CheckEvents(string name)
    {
        using var reader = new SseFrameReader(new MemoryStream(File.ReadAllBytes(Path.Combine(Recordings.Folder!, name))));
        var events = new List<string>();
        do
        {
            while (reader.TryRead(out var frame) == FrameResult.Frame)
            {
                events.Add(Encoding.UTF8.GetString(frame.Data));
            }
        }
        while (reader.FillAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());

        var heard = Heard.Chunks(events);
        var choices = events.Where(data => data.StartsWith('{')).Select(data => JsonNode.Parse(data)!).SelectMany(node => node["choices"]!.AsArray()).ToList();
        var calls = choices.SelectMany(choice => choice!["delta"]!["tool_calls"]?.AsArray() ?? []).ToList();
        Assert.Equal(string.Concat(choices.Select(choice => (string?)choice!["delta"]!["content"])), heard.Text);
        Assert.Equal(string.Concat(calls.Select(call => (string?)call!["function"]!["arguments"])), string.Concat(heard.Calls.Values.Select(call => call.Arguments)));
        Assert.Equal(string.Concat(calls.Select(call => (string?)call!["id"])), string.Concat(heard.Calls.Values.Select(call => call.Id)));
        Assert.Equal((string?)choices.Last(choice => choice!["finish_reason"] is not null)!["finish_reason"], heard.Finish);
        Assert.Equal(events.Exists(data => data.Contains("\"usage\":{", StringComparison.Ordinal)), heard.Editor.HasUsage);
        Assert.Equal(events[^1] == "[DONE]" ? ChunkResult.Done : ChunkResult.Forwarded, heard.Result);
    }
}

/// <summary>Checks of recorded error bodies.</summary>
internal static class RecordedErrors
{
    /// <summary>The message is kept, and the same kind is heard in both of OpenAI's dialects.</summary>
    public static void Check(string name)
    {
        var body = File.ReadAllBytes(Path.Combine(Recordings.Folder!, name));
        var told = JsonNode.Parse(body)!["error"]!;
        var kind = (string?)told["code"] == "insufficient_quota" ? GatewayErrorKind.ProviderAuth : GatewayErrorKind.ProviderRejected;
        var (message, code, type) = ChatErrorReader.Read(body, 400);
        var error = OpenAiResponsesDialect.Instance.ReadError(body, 400);

        Assert.Equal((string?)told["message"], message);
        Assert.Equal((string?)told["message"], error.Message);
        Assert.Equal((kind, kind), (ChatErrorReader.Classify(code, type, 400), error.Kind));
        Assert.Equal((string?)told["param"], ChatErrorReader.ReadParameter(body));
    }
}
