using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads answers of <c>POST /api/chat</c> (https://github.com/ollama/ollama/blob/main/docs/api.md): a stream's objects
/// have the form of a whole answer.</summary>
internal sealed class OllamaStream : DialectStream
{
    private const int LargestKept = 64 * 1024;

    private byte[] _scratch = new byte[256];
    private bool _begun;
    private int _tools;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _scratch = _scratch.Length > LargestKept ? new byte[256] : _scratch;
        _begun = false;
        _tools = 0;
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

            return JsonMembers.IsObject(data) ? ReadPiece(data, sink) : StreamProgress.Malformed;
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    /// <summary>Reads a whole answer. False when it is none, or not done.</summary>
    public bool ReadWhole(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        try
        {
            body = Utf8.IsValid(body) ? body : JsonText.RepairUtf8(body);
            return JsonMembers.IsObject(body)
                && (ReadPiece(body, sink) == StreamProgress.Done || !JsonMembers.Find(body, "error"u8).IsEmpty);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private StreamProgress ReadPiece(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        ReadOnlySpan<byte> message = default, model = default, created = default, reason = default, logprobs = default, error = default;
        long? input = null, output = null;
        var isDone = false;
        var members = new JsonMembers(data);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("message"u8): message = members.Value; break;
                case var _ when members.Is("model"u8): model = members.Value; break;
                case var _ when members.Is("created_at"u8): created = members.Value; break;
                case var _ when members.Is("done"u8): isDone = members.Value.SequenceEqual("true"u8); break;
                case var _ when members.Is("done_reason"u8): reason = members.Value; break;
                case var _ when members.Is("logprobs"u8): logprobs = members.Value; break;
                case var _ when members.Is("error"u8): error = members.Value; break;
                case var _ when members.Is("prompt_eval_count"u8): input = JsonSlice.Count(members.Value); break;
                case var _ when members.Is("eval_count"u8): output = JsonSlice.Count(members.Value); break;
            }
        }

        if (!error.IsEmpty)
        {
            // The status of an error inside a stream is not told.
            sink.Error(500, "error"u8, JsonSlice.Bytes(error));
            return StreamProgress.More;
        }

        if (!_begun)
        {
            _begun = true;
            sink.Begin(default, JsonSlice.Bytes(model));
        }

        ReadMessage(message, created, sink);
        if (JsonSlice.IsArray(logprobs) && logprobs.Length > 2)
        {
            // Items have the names of OpenAI's.
            sink.Logprobs([.. "{\"content\":"u8, .. logprobs, (byte)'}']);
        }

        if (!isDone)
        {
            return StreamProgress.More;
        }

        if (input is not null || output is not null)
        {
            sink.Usage(new Usage { UncachedInput = input, Output = output });
        }

        var native = JsonSlice.IsString(reason) ? JsonSlice.Bytes(reason) : "stop"u8.ToArray();
        var normal = FinishReasons.Normalise(native);
        sink.Finish(normal == FinishReason.Stop && _tools > 0 ? FinishReason.ToolCalls : normal, native);
        return StreamProgress.Done;
    }

    private void ReadMessage(ReadOnlySpan<byte> json, ReadOnlySpan<byte> created, AnswerSink sink)
    {
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("thinking"u8) && members.Value.Length > 2)
            {
                sink.ReasoningText(0, JsonSlice.Text(members.Value, ref _scratch));
            }
            else if (members.Is("content"u8) && members.Value.Length > 2)
            {
                sink.Text(JsonSlice.Text(members.Value, ref _scratch));
            }
            else if (members.Is("tool_calls"u8))
            {
                var calls = new JsonItems(members.Value);
                while (calls.Next())
                {
                    ReadCall(calls.Value, created, sink);
                }
            }
        }
    }

    // A call comes whole, its arguments as an object.
    private void ReadCall(ReadOnlySpan<byte> json, ReadOnlySpan<byte> created, AnswerSink sink)
    {
        var function = JsonMembers.Find(json, "function"u8);
        if (!JsonSlice.IsObject(function))
        {
            return;
        }

        var id = JsonSlice.Bytes(JsonMembers.Find(json, "id"u8));
        var arguments = JsonMembers.Find(function, "arguments"u8);
        sink.ToolCall(_tools, id.Length > 0 ? id : MakeId(created, _tools), JsonSlice.Bytes(JsonMembers.Find(function, "name"u8)));
        sink.ToolArguments(
            _tools,
            JsonSlice.IsObject(arguments) ? arguments : JsonSlice.IsString(arguments) ? JsonSlice.Text(arguments, ref _scratch) : "{}"u8);
        _tools++;
    }

    // Older servers give calls no id. The time of the answer makes it differ from those of other turns.
    private static byte[] MakeId(ReadOnlySpan<byte> created, int index)
    {
        var id = new StringBuilder("call_");
        foreach (var letter in created)
        {
            if (char.IsAsciiDigit((char)letter))
            {
                id.Append((char)letter);
            }
        }

        return Encoding.UTF8.GetBytes(id.Append('_').Append(index).ToString());
    }
}
