using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Reads answers of the Messages API: the events of a stream
/// (https://docs.claude.com/en/docs/build-with-claude/streaming), and whole messages by the same steps.</summary>
internal sealed partial class AnthropicStream : DialectStream
{
    private string? _answerTool;
    private AnthropicCounts _counts;
    private byte[]? _id;
    private bool _finished;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _answerTool = request.AnswerTool;
        _counts = default;
        _id = null;
        _finished = false;
        ResetBlocks();
    }

    /// <inheritdoc/>
    public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        try
        {
            return data.Trim(" \r\n\t"u8).IsEmpty ? StreamProgress.More : ReadEvent(data, sink);
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    /// <summary>Reads a whole message. False when it is none.</summary>
    public bool ReadWhole(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        try
        {
            var parts = Parts.Of(body);
            if (parts.Type.SequenceEqual("error"u8) || (parts.Content.IsEmpty && !parts.Error.IsEmpty))
            {
                ReadError(parts.Error, sink);
                return true;
            }

            return !parts.Content.IsEmpty && ReadMessage(body, sink);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private StreamProgress ReadEvent(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        var parts = Parts.Of(data);
        if (!parts.IsObject)
        {
            return StreamProgress.Malformed;
        }

        switch (parts.Type)
        {
            case var type when type.SequenceEqual("content_block_delta"u8):
                ReadDelta(parts.Index, parts.Delta, sink);
                break;

            case var type when type.SequenceEqual("content_block_start"u8):
                StartBlock(parts.Index, parts.Block, sink);
                break;

            case var type when type.SequenceEqual("content_block_stop"u8):
                StopBlock(parts.Index, sink);
                break;

            case var type when type.SequenceEqual("message_start"u8):
                return ReadMessage(parts.Message, sink) ? StreamProgress.More : StreamProgress.Malformed;

            case var type when type.SequenceEqual("message_delta"u8):
                ReadCounts(parts.Usage);
                EndUsage(sink);
                ReadEnd(parts.Delta, sink);
                break;

            case var type when type.SequenceEqual("message_stop"u8):
                return _finished ? StreamProgress.Done : StreamProgress.Malformed;

            case var type when type.SequenceEqual("error"u8):
                ReadError(parts.Error, sink);
                break;

            default:
                // Pings, and events that are yet to be invented: https://docs.claude.com/en/docs/build-with-claude/streaming
                // (other events).
                break;
        }

        return StreamProgress.More;
    }

    // A message as it begins, mostly without content; some hold all of it. False when one breaks into another.
    private bool ReadMessage(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var parts = Parts.Of(json);
        if (_id is not null && !_id.AsSpan().SequenceEqual(parts.Id))
        {
            if (HasOpenBlock)
            {
                return false;
            }

            ForgetBlocks();
        }
        else if (_id is not null)
        {
            return true;
        }

        _id = parts.Id.ToArray();
        sink.Begin(parts.Id, parts.Model);
        ReadCounts(parts.Usage);
        if (_counts.Tier is { } tier)
        {
            sink.ServiceTier(tier);
        }

        EndUsage(sink);
        ReadContent(parts.Content, sink);
        ReadEnd(json, sink);
        return true;
    }

    private void ReadContent(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (json.IsEmpty || json[0] != (byte)'[')
        {
            return;
        }

        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            StartBlock(i, json[start..(int)reader.BytesConsumed], sink);
            StopBlock(i, sink);
        }
    }

    private void ReadCounts(ReadOnlySpan<byte> json)
    {
        if (!json.IsEmpty && json[0] == (byte)'{')
        {
            var reader = new Utf8JsonReader(json, JsonText.Strict);
            reader.Read();
            _counts.Read(ref reader);
        }
    }

    private void EndUsage(AnswerSink sink)
    {
        if (_counts.Any)
        {
            sink.Usage(_counts.ToUsage());
        }
    }

    // https://docs.claude.com/en/api/handling-stop-reasons
    private void ReadEnd(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            return;
        }

        string? reason = null;
        string? explanation = null;
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReason = reader.ValueTextEquals("stop_reason"u8);
            var isDetails = reader.ValueTextEquals("stop_details"u8);
            reader.Read();
            if (isReason && reader.TokenType == JsonTokenType.String)
            {
                reason = JsonText.String(reader);
            }
            else if (isDetails && reader.TokenType == JsonTokenType.StartObject)
            {
                explanation = Explanation(ref reader);
                continue;
            }

            reader.Skip();
        }

        if (reason is null || _finished)
        {
            return;
        }

        _finished = true;
        ReleaseText(sink);
        var native = Encoding.UTF8.GetBytes(reason);
        var normal = FinishReasons.Normalise(native);
        if (normal == FinishReason.ContentFilter && explanation is not null)
        {
            sink.Refusal(Encoding.UTF8.GetBytes(explanation));
        }

        sink.Finish(normal == FinishReason.ToolCalls && _answered && _tools == 0 ? FinishReason.Stop : normal, native);
    }

    private static string? Explanation(ref Utf8JsonReader reader)
    {
        string? text = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals("explanation"u8);
            reader.Read();
            text = isIt && reader.TokenType == JsonTokenType.String ? JsonText.String(reader) : text;
            reader.Skip();
        }

        return text;
    }

    private static void ReadError(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var (message, _, type) = ChatErrorReader.Read(json, 0);
        var word = Encoding.UTF8.GetBytes(type ?? "api_error");
        sink.Error(AnthropicErrors.StatusOf(word), word, Encoding.UTF8.GetBytes(message ?? ""));
    }

    /// <summary>The members of an event or message, as they stand in it.</summary>
    private ref struct Parts
    {
        public bool IsObject;
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> Id;
        public ReadOnlySpan<byte> Model;
        public ReadOnlySpan<byte> Message;
        public ReadOnlySpan<byte> Block;
        public ReadOnlySpan<byte> Delta;
        public ReadOnlySpan<byte> Content;
        public ReadOnlySpan<byte> Usage;
        public ReadOnlySpan<byte> Error;
        public int Index;

        public static Parts Of(ReadOnlySpan<byte> json)
        {
            var parts = default(Parts);
            var reader = new Utf8JsonReader(json, JsonText.Strict);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return parts;
            }

            parts.IsObject = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueSpan;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var kind = reader.TokenType;
                if (kind == JsonTokenType.Number && name.SequenceEqual("index"u8))
                {
                    parts.Index = reader.TryGetInt32(out var index) ? index : -1;
                    continue;
                }

                var text = kind == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
                var value = json[start..(int)reader.BytesConsumed];
                switch (name)
                {
                    case var _ when kind == JsonTokenType.Null: break;
                    case var _ when name.SequenceEqual("type"u8): parts.Type = text; break;
                    case var _ when name.SequenceEqual("delta"u8): parts.Delta = value; break;
                    case var _ when name.SequenceEqual("content_block"u8): parts.Block = value; break;
                    case var _ when name.SequenceEqual("usage"u8): parts.Usage = value; break;
                    case var _ when name.SequenceEqual("message"u8): parts.Message = value; break;
                    case var _ when name.SequenceEqual("id"u8): parts.Id = text; break;
                    case var _ when name.SequenceEqual("model"u8): parts.Model = text; break;
                    case var _ when name.SequenceEqual("content"u8): parts.Content = value; break;
                    case var _ when name.SequenceEqual("error"u8): parts.Error = value; break;
                }
            }

            return reader.Read() ? default : parts;
        }
    }
}
