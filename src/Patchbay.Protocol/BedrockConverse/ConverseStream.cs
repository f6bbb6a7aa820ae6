using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Reads answers of the Converse API: the events of a stream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html), and whole answers by the
/// same steps.</summary>
internal sealed partial class ConverseStream : DialectStream
{
    private bool _begun;
    private bool _started;
    private bool _finished;
    private bool _counted;

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _begun = _started = _finished = _counted = false;
        ResetBlocks(request);
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

            return JsonMembers.IsObject(data) ? ReadEvent(name, data, sink) : StreamProgress.Malformed;
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

    private StreamProgress ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("contentBlockDelta"u8):
                Begin(sink);
                ReadBlockEvent(data, sink);
                break;
            case var _ when name.SequenceEqual("contentBlockStart"u8):
                Begin(sink);
                ReadBlockEvent(data, sink);
                break;
            case var _ when name.SequenceEqual("contentBlockStop"u8):
                StopBlock(IndexOf(data), sink);
                break;
            case var _ when name.SequenceEqual("messageStart"u8):
                if (_started)
                {
                    return StreamProgress.Malformed;
                }

                _started = true;
                Begin(sink);
                break;
            case var _ when name.SequenceEqual("messageStop"u8):
                ReadEnd(data, sink);
                break;
            case var _ when name.SequenceEqual("metadata"u8):
                _counted = true;
                ReadFacts(data, sink);
                break;
            case var _ when ConverseErrors.IsException(name):
                ConverseErrors.Tell(name, data, sink);
                break;
            default:
                // Events that are yet to be invented.
                break;
        }

        // The counts come after the end; some send them before it.
        return _finished && _counted ? StreamProgress.Done : StreamProgress.More;
    }

    private bool ReadAnswer(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        var message = JsonMembers.Find(JsonMembers.Find(body, "output"u8), "message"u8);
        if (!JsonSlice.IsObject(message))
        {
            return false;
        }

        Begin(sink);
        ReadFacts(body, sink);
        var items = new JsonItems(JsonMembers.Find(message, "content"u8));
        for (var i = 0; items.Next(); i++)
        {
            ReadWholeBlock(i, items.Value, sink);
            StopBlock(i, sink);
        }

        ReadEnd(body, sink);
        return true;
    }

    private void Begin(AnswerSink sink)
    {
        if (!_begun)
        {
            // Bedrock names neither the answer nor the model.
            _begun = true;
            sink.Begin(default, default);
        }
    }

    private void ReadFacts(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("usage"u8) && ConverseCounts.Read(members.Value) is { } usage)
            {
                sink.Usage(usage);
            }
            else if (members.Is("serviceTier"u8) && JsonSlice.String(JsonMembers.Find(members.Value, "type"u8)) is { } tier)
            {
                // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ServiceTier.html
                sink.ServiceTier(Encoding.UTF8.GetBytes(tier));
            }
        }
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html
    private void ReadEnd(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (_finished || JsonSlice.String(JsonMembers.Find(json, "stopReason"u8)) is not { } reason)
        {
            return;
        }

        _finished = true;
        Begin(sink);
        StopBlocks(sink);
        var native = Encoding.UTF8.GetBytes(reason);
        var normal = reason switch
        {
            "guardrail_intervened" => FinishReason.ContentFilter,
            "malformed_model_output" or "malformed_tool_use" => FinishReason.Error,
            _ => FinishReasons.Normalise(native),
        };
        sink.Finish(
            normal == FinishReason.ToolCalls && _text.Answered && _tools == 0 ? FinishReason.Stop : normal, native);
    }
}
