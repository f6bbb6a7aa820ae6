using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Reads answers of Mistral's chat API: the events of a stream, and whole answers by the same steps
/// (https://docs.mistral.ai/api/endpoint/chat).</summary>
internal sealed class MistralStream : DialectStream
{
    private const int LargestKept = 64 * 1024;

    private readonly List<byte[]> _calls = [];
    private byte[] _scratch = new byte[256];
    private bool _begun;
    private bool _finished;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _scratch = _scratch.Length > LargestKept ? new byte[256] : _scratch;
        _calls.Clear();
        _begun = false;
        _finished = false;
    }

    /// <inheritdoc/>
    public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        try
        {
            data = data.Trim(" \r\n\t"u8);
            if (data.IsEmpty)
            {
                return StreamProgress.More;
            }

            if (data.SequenceEqual("[DONE]"u8))
            {
                return _finished ? StreamProgress.Done : StreamProgress.Malformed;
            }

            return JsonMembers.IsObject(data) && ReadChunk(data, sink) ? StreamProgress.More : StreamProgress.Malformed;
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
            return JsonMembers.IsObject(body) && ReadChunk(body, sink) && _finished;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool ReadChunk(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        ReadOnlySpan<byte> id = default, model = default, choices = default, usage = default, type = default;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("id"u8): id = members.Value; break;
                case var _ when members.Is("model"u8): model = members.Value; break;
                case var _ when members.Is("choices"u8): choices = members.Value; break;
                case var _ when members.Is("usage"u8): usage = members.Value; break;
                case var _ when members.Is("object"u8): type = members.Value; break;
            }
        }

        if (type.SequenceEqual("\"error\""u8))
        {
            var (message, _) = MistralErrors.Read(json);
            sink.Error(500, "error"u8, Encoding.UTF8.GetBytes(message ?? ""));
            return true;
        }

        if (!JsonSlice.IsArray(choices))
        {
            return false;
        }

        if (!_begun)
        {
            _begun = true;
            sink.Begin(JsonSlice.Bytes(id), JsonSlice.Bytes(model));
        }

        if (JsonSlice.IsObject(usage))
        {
            ReadUsage(usage, sink);
        }

        var items = new JsonItems(choices);
        if (items.Next())
        {
            ReadChoice(items.Value, sink);
        }

        return true;
    }

    private static void ReadUsage(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var counts = default(ChatUsageCounts);
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        counts.Read(ref reader);
        if (counts.TryNormalise(out var usage))
        {
            sink.Usage(usage);
        }
    }

    private void ReadChoice(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        ReadOnlySpan<byte> message = default, reason = default;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("delta"u8) || members.Is("message"u8): message = members.Value; break;
                case var _ when members.Is("finish_reason"u8): reason = members.Value; break;
            }
        }

        if (JsonSlice.IsObject(message))
        {
            ReadContent(JsonMembers.Find(message, "content"u8), sink);
            var calls = new JsonItems(JsonMembers.Find(message, "tool_calls"u8));
            while (calls.Next())
            {
                ReadCall(calls.Value, sink);
            }
        }

        if (JsonSlice.IsString(reason) && reason.Length > 2 && !_finished)
        {
            _finished = true;
            var native = JsonSlice.Bytes(reason);
            sink.Finish(FinishReasons.Normalise(native), native);
        }
    }

    private void ReadContent(ReadOnlySpan<byte> content, AnswerSink sink)
    {
        if (JsonSlice.IsString(content))
        {
            Say(content, isThought: false, sink);
            return;
        }

        var parts = new JsonItems(content);
        while (parts.Next())
        {
            var part = parts.Value;
            if (JsonMembers.Find(part, "thinking"u8) is { IsEmpty: false } thinking)
            {
                ReadThoughts(thinking, sink);
            }
            else
            {
                Say(JsonMembers.Find(part, "text"u8), isThought: false, sink);
            }
        }
    }

    private void ReadThoughts(ReadOnlySpan<byte> thinking, AnswerSink sink)
    {
        if (JsonSlice.IsString(thinking))
        {
            Say(thinking, isThought: true, sink);
            return;
        }

        var chunks = new JsonItems(thinking);
        while (chunks.Next())
        {
            Say(JsonMembers.Find(chunks.Value, "text"u8), isThought: true, sink);
        }
    }

    private void Say(ReadOnlySpan<byte> value, bool isThought, AnswerSink sink)
    {
        if (!JsonSlice.IsString(value) || value.Length <= 2)
        {
            return;
        }

        var text = JsonSlice.Text(value, ref _scratch);
        if (isThought)
        {
            sink.ReasoningText(0, text);
        }
        else
        {
            sink.Text(text);
        }
    }

    // Calls come whole, mostly. Fragments are known by their id, or by their index where there is one.
    private void ReadCall(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var function = JsonMembers.Find(json, "function"u8);
        if (!JsonSlice.IsObject(function))
        {
            return;
        }

        var id = JsonSlice.Bytes(JsonMembers.Find(json, "id"u8));
        var index = id.Length > 0 && !id.AsSpan().SequenceEqual("null"u8)
            ? _calls.FindIndex(known => known.AsSpan().SequenceEqual(id))
            : _calls.Count - 1;
        if (index < 0)
        {
            index = _calls.Count;
            _calls.Add(id);
            sink.ToolCall(index, id, JsonSlice.Bytes(JsonMembers.Find(function, "name"u8)));
        }

        var arguments = JsonMembers.Find(function, "arguments"u8);
        if (JsonSlice.IsString(arguments))
        {
            sink.ToolArguments(index, JsonSlice.Text(arguments, ref _scratch));
        }
        else if (JsonSlice.IsObject(arguments))
        {
            sink.ToolArguments(index, arguments);
        }
    }
}
