using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Reads answers of Cohere's chat API: the events of a stream (https://docs.cohere.com/v2/docs/streaming), and whole
/// answers by the same steps.</summary>
internal sealed class CohereStream : DialectStream
{
    private readonly CohereParts _parts = new();
    private bool _begun;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _begun = false;
        _parts.Reset(request);
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

            return JsonMembers.IsObject(data) ? ReadEvent(data, sink) : StreamProgress.Malformed;
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    /// <summary>Reads a whole answer. False when it is none.</summary>
    public bool ReadWhole(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        try
        {
            body = Utf8.IsValid(body) ? body : JsonText.RepairUtf8(body);
            return JsonMembers.IsObject(body) && ReadAnswer(body, sink);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private StreamProgress ReadEvent(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        ReadOnlySpan<byte> type = default, delta = default, id = default, error = default;
        var index = 0;
        var members = new JsonMembers(data);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("type"u8) && JsonSlice.IsString(members.Value): type = members.Value[1..^1]; break;
                case var _ when members.Is("delta"u8): delta = members.Value; break;
                case var _ when members.Is("id"u8): id = members.Value; break;
                case var _ when members.Is("message"u8) && JsonSlice.IsString(members.Value): error = members.Value; break;
                case var _ when members.Is("index"u8): index = (int)Math.Min(JsonSlice.Count(members.Value) ?? 0, int.MaxValue); break;
            }
        }

        if (type.IsEmpty && !error.IsEmpty)
        {
            sink.Error(500, "error"u8, JsonSlice.Bytes(error));
            return StreamProgress.More;
        }

        if (type.SequenceEqual("message-start"u8))
        {
            Begin(id, sink);
        }
        else if (type.SequenceEqual("message-end"u8))
        {
            Begin(id, sink);
            return ReadEnd(delta, sink) ? StreamProgress.Done : StreamProgress.Malformed;
        }
        else
        {
            Begin(default, sink);
            _parts.ReadEvent(type, index, JsonMembers.Find(delta, "message"u8), sink);
        }

        return StreamProgress.More;
    }

    private bool ReadAnswer(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        var message = JsonMembers.Find(body, "message"u8);
        if (!JsonSlice.IsObject(message))
        {
            return false;
        }

        Begin(JsonMembers.Find(body, "id"u8), sink);
        _parts.ReadMessage(message, sink);
        return ReadEnd(body, sink);
    }

    private void Begin(ReadOnlySpan<byte> id, AnswerSink sink)
    {
        if (!_begun)
        {
            _begun = true;
            sink.Begin(JsonSlice.Bytes(id), default);
        }
    }

    // finish_reason: https://docs.cohere.com/reference/chat
    private bool ReadEnd(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        byte[]? reason = null;
        byte[] error = [];
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("finish_reason"u8) && JsonSlice.IsString(members.Value))
            {
                reason = JsonSlice.Bytes(members.Value);
            }
            else if (members.Is("error"u8))
            {
                error = JsonSlice.Bytes(members.Value);
            }
            else if (members.Is("usage"u8) && CohereCounts.Read(members.Value) is { } usage)
            {
                sink.Usage(usage);
            }
        }

        if (reason is null)
        {
            return false;
        }

        _parts.Stop(sink);
        switch (Encoding.UTF8.GetString(reason).ToUpperInvariant())
        {
            case "ERROR":
                sink.Error(500, "server_error"u8, error);
                break;
            case "TIMEOUT":
                sink.Error(504, "timeout"u8, error);
                break;
            case "ERROR_TOXIC":
                sink.Finish(FinishReason.ContentFilter, reason);
                break;
            case "ERROR_LIMIT":
                sink.Finish(FinishReason.Length, reason);
                break;
            default:
                var normal = FinishReasons.Normalise(reason);
                sink.Finish(
                    normal == FinishReason.ToolCalls && _parts.IsAnswerOnly ? FinishReason.Stop : normal, reason);
                break;
        }

        return true;
    }
}
