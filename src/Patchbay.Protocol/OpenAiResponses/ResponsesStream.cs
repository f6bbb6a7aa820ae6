using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Reads answers of the Responses API: the events of a stream
/// (https://platform.openai.com/docs/guides/streaming-responses), and whole responses by the same steps. Items of the output
/// that no chat answer has (calls of tools that run at the provider) are passed over.</summary>
internal sealed class ResponsesStream : DialectStream
{
    private readonly JsonScratch _scratch = new();
    private readonly ResponsesItems _items = new();
    private bool _begun;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _begun = false;
        _items.Reset(request);
    }

    /// <inheritdoc/>
    public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        try
        {
            data = data.Trim(" \r\n\t"u8);
            if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
            {
                return StreamProgress.More;
            }

            _scratch.Clear();
            return ResponsesEvent.TryRead(data, out var read) ? ReadEvent(read, data, sink) : StreamProgress.Malformed;
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    /// <summary>Reads a whole response. False when it is none.</summary>
    public bool ReadWhole(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        try
        {
            _scratch.Clear();
            body = Utf8.IsValid(body) ? body : JsonText.RepairUtf8(body);
            return JsonMembers.IsObject(body) && ReadEnd(body, "completed"u8, sink);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private StreamProgress ReadEvent(in ResponsesEvent read, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        switch (read.Type)
        {
            case var type when type.SequenceEqual("response.output_text.delta"u8):
                _items.Text(read.Output, read.Part, Text(read.Delta), sink);
                Logprobs(read.Logprobs, sink);
                break;

            case var type when type.SequenceEqual("response.function_call_arguments.delta"u8):
                _items.Arguments(read.Output, Text(read.Delta), sink);
                break;

            case var type when type.SequenceEqual("response.reasoning_summary_text.delta"u8):
                _items.Thought(read.Output, read.Part, ReasoningKind.Summary, Text(read.Delta), sink);
                break;

            case var type when type.SequenceEqual("response.reasoning_text.delta"u8):
                _items.Thought(read.Output, read.Part, ReasoningKind.Text, Text(read.Delta), sink);
                break;

            case var type when type.SequenceEqual("response.refusal.delta"u8):
                _items.Refusal(read.Output, read.Part, Text(read.Delta), sink);
                break;

            case var type when type.SequenceEqual("response.output_text.annotation.added"u8):
                _items.Annotation(read.Output, read.Part, read.Annotation, _scratch, sink);
                break;

            case var type when type.SequenceEqual("response.output_item.added"u8):
                _items.Open(read.Output, read.Item, _scratch, sink);
                break;

            case var type when type.SequenceEqual("response.output_item.done"u8):
                _items.Close(read.Output, read.Item, _scratch, sink);
                break;

            case var type when type.SequenceEqual("response.created"u8) || type.SequenceEqual("response.in_progress"u8):
                Begin(read.Response, sink);
                break;

            case var type when type.SequenceEqual("response.completed"u8):
                return JsonSlice.IsObject(read.Response) && ReadEnd(read.Response, "completed"u8, sink)
                    ? StreamProgress.Done
                    : StreamProgress.Malformed;

            case var type when type.SequenceEqual("response.incomplete"u8):
                return JsonSlice.IsObject(read.Response) && ReadEnd(read.Response, "incomplete"u8, sink)
                    ? StreamProgress.Done
                    : StreamProgress.Malformed;

            case var type when type.SequenceEqual("response.failed"u8) || type.SequenceEqual("response.cancelled"u8):
                ResponsesErrors.Report(JsonMembers.Find(read.Response, "error"u8), sink);
                break;

            case var type when type.SequenceEqual("error"u8):
                ResponsesErrors.Report(data, sink);
                break;

            case var type when type.IsEmpty && JsonSlice.IsObject(JsonMembers.Find(data, "error"u8)):
                ResponsesErrors.Report(data, sink);
                break;

            default:
                // The steps of tools that run at the provider, the ends of what was told in pieces, and events that are yet
                // to be invented.
                break;
        }

        return StreamProgress.More;
    }

    private void Begin(ReadOnlySpan<byte> response, AnswerSink sink)
    {
        if (!_begun && JsonSlice.IsObject(response))
        {
            _begun = true;
            sink.Begin(Text(JsonMembers.Find(response, "id"u8)), Text(JsonMembers.Find(response, "model"u8)));
        }
    }

    // A response at its end. What was not told in pieces is told now. False when it is no response, or none that has ended.
    private bool ReadEnd(ReadOnlySpan<byte> response, ReadOnlySpan<byte> status, AnswerSink sink)
    {
        ReadOnlySpan<byte> output = default, error = default, usage = default, tier = default, why = default;
        var members = new JsonMembers(response);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var name when name.SequenceEqual("output"u8): output = members.Value; break;
                case var name when name.SequenceEqual("error"u8): error = members.Value; break;
                case var name when name.SequenceEqual("usage"u8): usage = members.Value; break;
                case var name when name.SequenceEqual("service_tier"u8): tier = members.Value; break;
                case var name when name.SequenceEqual("incomplete_details"u8): why = members.Value; break;
                case var name when name.SequenceEqual("status"u8) && JsonSlice.IsString(members.Value): status = members.Value[1..^1]; break;
            }
        }

        if (JsonSlice.IsObject(error) || status.SequenceEqual("failed"u8) || status.SequenceEqual("cancelled"u8))
        {
            ResponsesErrors.Report(error, sink);
            return true;
        }

        var isIncomplete = status.SequenceEqual("incomplete"u8);
        if (!JsonSlice.IsArray(output) || !(isIncomplete || status.SequenceEqual("completed"u8)))
        {
            return false;
        }

        Begin(response, sink);
        _items.CloseAll(output, _scratch, sink);
        if (JsonSlice.IsString(tier))
        {
            sink.ServiceTier(Text(tier));
        }

        ReadUsage(usage, sink);
        Finish(isIncomplete, JsonMembers.Find(why, "reason"u8), sink);
        return true;
    }

    // https://platform.openai.com/docs/api-reference/responses/object (status, incomplete_details.reason)
    private void Finish(bool isIncomplete, ReadOnlySpan<byte> why, AnswerSink sink)
    {
        if (!isIncomplete)
        {
            sink.Finish(_items.HasCalls ? FinishReason.ToolCalls : FinishReason.Stop, "completed"u8);
            return;
        }

        var reason = Text(why);
        var normal = FinishReasons.Normalise(reason);
        sink.Finish(
            normal == FinishReason.ContentFilter ? normal : FinishReason.Length,
            reason.IsEmpty ? "incomplete"u8 : reason);
    }

    // https://platform.openai.com/docs/api-reference/responses/object (usage)
    private void ReadUsage(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (!JsonSlice.IsObject(json))
        {
            return;
        }

        var counts = default(ChatUsageCounts);
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        counts.Read(ref reader);
        if (counts.TryNormalise(out var usage))
        {
            sink.Usage(_items.Searches > 0 ? usage with { Searches = usage.Searches ?? _items.Searches } : usage);
        }
    }

    private void Logprobs(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (JsonSlice.IsArray(json) && json.Length > 2)
        {
            sink.Logprobs(_scratch.Join("{\"content\":"u8, json, ",\"refusal\":null}"u8));
        }
    }

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value) => _scratch.Text(value);
}
