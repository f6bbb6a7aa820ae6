using System.Globalization;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>The parts of one Cohere message: contents, the plan, calls and citations
/// (https://docs.cohere.com/reference/chat-stream).</summary>
internal sealed class CohereParts
{
    private const int MostParts = 4096;
    private const int LargestKept = 64 * 1024;

    private readonly AnswerText _text = new();
    private readonly List<(int Index, int Start)> _starts = [];
    private byte[] _scratch = new byte[256];
    private int _tools;
    private int _thoughts;
    private int _thinking;
    private int _plan;
    private Call _call;

    private enum CallKind : byte
    {
        None,
        Tool,
        Answer,
        Ignored,
    }

    /// <summary>The only tool that was called stands for the answer.</summary>
    public bool IsAnswerOnly => _text.Answered && _tools == 0;

    public void Reset(DialectRequest request)
    {
        _text.Reset(request.AnswerTool);
        _starts.Clear();
        _scratch = _scratch.Length > LargestKept ? new byte[256] : _scratch;
        _tools = _thoughts = 0;
        _thinking = _plan = -1;
        _call = default;
    }

    /// <summary>Reads the message in the delta of an event.</summary>
    public void ReadEvent(ReadOnlySpan<byte> type, int index, ReadOnlySpan<byte> message, AnswerSink sink)
    {
        switch (type)
        {
            case var _ when type.SequenceEqual("content-start"u8):
                StartContent(index);
                ReadContent(JsonMembers.Find(message, "content"u8), sink);
                break;
            case var _ when type.SequenceEqual("content-delta"u8):
                ReadContent(JsonMembers.Find(message, "content"u8), sink);
                break;
            case var _ when type.SequenceEqual("tool-plan-delta"u8):
                ReadPlan(JsonMembers.Find(message, "tool_plan"u8), sink);
                break;
            case var _ when type.SequenceEqual("tool-call-start"u8):
                StartCall(JsonMembers.Find(message, "tool_calls"u8), sink);
                break;
            case var _ when type.SequenceEqual("tool-call-delta"u8):
                ReadArguments(JsonMembers.Find(JsonMembers.Find(message, "tool_calls"u8), "function"u8), sink);
                break;
            case var _ when type.SequenceEqual("tool-call-end"u8):
                EndCall(sink);
                break;
            case var _ when type.SequenceEqual("citation-start"u8):
                ReadCitation(JsonMembers.Find(message, "citations"u8), sink);
                break;
            default:
                // Ends that say nothing, and events that are yet to be invented.
                break;
        }
    }

    /// <summary>Reads a whole message.</summary>
    public void ReadMessage(ReadOnlySpan<byte> message, AnswerSink sink)
    {
        ReadPlan(JsonMembers.Find(message, "tool_plan"u8), sink);
        var contents = new JsonItems(JsonMembers.Find(message, "content"u8));
        for (var i = 0; contents.Next(); i++)
        {
            StartContent(i);
            ReadContent(contents.Value, sink);
        }

        var calls = new JsonItems(JsonMembers.Find(message, "tool_calls"u8));
        while (calls.Next())
        {
            StartCall(calls.Value, sink);
        }

        var citations = new JsonItems(JsonMembers.Find(message, "citations"u8));
        while (citations.Next())
        {
            ReadCitation(citations.Value, sink);
        }
    }

    /// <summary>The message is whole.</summary>
    public void Stop(AnswerSink sink)
    {
        EndCall(sink);
        _text.Release(sink);
    }

    private void StartContent(int index)
    {
        _thinking = -1;
        if (_starts.Count < MostParts)
        {
            _starts.Add((index, _text.Units));
        }
    }

    private void ReadContent(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Value.Length <= 2)
            {
                continue;
            }

            if (members.Is("text"u8))
            {
                _text.Append(JsonSlice.Text(members.Value, ref _scratch), sink);
            }
            else if (members.Is("thinking"u8))
            {
                _thinking = _thinking < 0 ? _thoughts++ : _thinking;
                sink.ReasoningText(_thinking, JsonSlice.Text(members.Value, ref _scratch));
            }
        }
    }

    private void ReadPlan(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (json.Length > 2 && JsonSlice.IsString(json))
        {
            _plan = _plan < 0 ? _thoughts++ : _plan;
            sink.ReasoningSummary(_plan, JsonSlice.Text(json, ref _scratch));
        }
    }

    private void StartCall(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        EndCall(sink);
        if (!JsonSlice.IsObject(json))
        {
            return;
        }

        var function = JsonMembers.Find(json, "function"u8);
        var name = JsonSlice.Bytes(JsonMembers.Find(function, "name"u8));
        if (_text.IsAnswer(name, out var isFirst))
        {
            _call.Kind = isFirst ? CallKind.Answer : CallKind.Ignored;
        }
        else
        {
            _text.Release(sink);
            _call.Kind = CallKind.Tool;
            _call.Ordinal = _tools++;
            sink.ToolCall(_call.Ordinal, JsonSlice.Bytes(JsonMembers.Find(json, "id"u8)), name);
        }

        ReadArguments(function, sink);
    }

    // A call without arguments has none, or null.
    private void ReadArguments(ReadOnlySpan<byte> function, AnswerSink sink)
    {
        var fragment = JsonSlice.Text(JsonMembers.Find(function, "arguments"u8), ref _scratch);
        if (fragment.IsEmpty || _call.Kind == CallKind.None)
        {
            return;
        }

        if (!_call.HasArguments && !_call.IsNull && fragment.SequenceEqual("null"u8))
        {
            _call.IsNull = true;
            return;
        }

        if (_call.IsNull)
        {
            _call.IsNull = false;
            Tell("null"u8, sink);
        }

        Tell(fragment, sink);
    }

    private void EndCall(AnswerSink sink)
    {
        if (!_call.HasArguments)
        {
            Tell("{}"u8, sink);
        }

        _call = default;
    }

    private void Tell(ReadOnlySpan<byte> arguments, AnswerSink sink)
    {
        _call.HasArguments = true;
        if (_call.Kind == CallKind.Tool)
        {
            sink.ToolArguments(_call.Ordinal, arguments);
        }
        else if (_call.Kind == CallKind.Answer)
        {
            sink.Text(arguments);
        }
    }

    // https://docs.cohere.com/v2/docs/rag-citations. Places count from the start of a content; citations of thoughts and plans
    // have no place in the text.
    private void ReadCitation(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        long start = 0, end = 0, content = -1;
        ReadOnlySpan<byte> sources = default, type = default;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("start"u8): start = JsonSlice.Count(members.Value) ?? 0; break;
                case var _ when members.Is("end"u8): end = JsonSlice.Count(members.Value) ?? 0; break;
                case var _ when members.Is("content_index"u8): content = JsonSlice.Count(members.Value) ?? -1; break;
                case var _ when members.Is("sources"u8): sources = members.Value; break;
                case var _ when members.Is("type"u8): type = members.Value; break;
            }
        }

        if (type.SequenceEqual("\"THINKING_CONTENT\""u8) || type.SequenceEqual("\"PLAN\""u8))
        {
            return;
        }

        var before = 0;
        foreach (var (index, units) in _starts)
        {
            before = index == content ? units : before;
        }

        var items = new JsonItems(sources);
        while (items.Next())
        {
            Annotate(items.Value, before + (int)start, before + (int)end, sink);
        }
    }

    private static void Annotate(ReadOnlySpan<byte> source, int start, int end, AnswerSink sink)
    {
        var id = JsonSlice.Bytes(JsonMembers.Find(source, "id"u8));
        var document = JsonMembers.Find(source, "document"u8);
        document = document.IsEmpty ? JsonMembers.Find(source, "tool_output"u8) : document;
        byte[] title = [], url = [], quote = [];
        var members = new JsonMembers(document);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("title"u8): title = JsonSlice.Bytes(members.Value); break;
                case var _ when members.Is("url"u8): url = JsonSlice.Bytes(members.Value); break;
                case var _ when members.Is("snippet"u8) || members.Is("text"u8) || members.Is("content"u8):
                    quote = JsonSlice.Bytes(members.Value);
                    break;
            }
        }

        sink.Annotation(new Citation
        {
            Url = url,
            Title = title.Length == 0 ? id : title,
            Quote = quote,
            Document = url.Length == 0 ? OrdinalIn(id) : null,
            Start = start,
            End = end,
        });
    }

    // Documents without an id of their own are called doc:0, and the results of tools f_x4k:0.
    private static long OrdinalIn(byte[] id)
    {
        var text = Encoding.UTF8.GetString(id);
        var colon = text.LastIndexOf(':');
        return colon >= 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : 0;
    }

    private struct Call
    {
        public CallKind Kind;
        public bool HasArguments;
        public bool IsNull;
        public int Ordinal;
    }
}
