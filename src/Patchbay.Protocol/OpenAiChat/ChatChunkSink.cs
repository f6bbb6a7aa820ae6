using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes an answer of another dialect as the chunks of a chat stream, and hands each to the editor that all chat
/// streams pass: id, usage, finish reasons and errors are dealt with there, in one place for all providers. Reasoning takes
/// OpenRouter's form (https://openrouter.ai/docs/use-cases/reasoning-tokens). Allocates nothing for a piece.</summary>
internal sealed class ChatChunkSink(ChatStreamEditor editor) : AnswerSink, IDisposable
{
    // Names, quotes and numbers of any chunk, without its head and its texts.
    private const int Frame = 512;

    private readonly PooledBuffer _chunk = new();
    private readonly PooledBuffer _head = new();
    private byte[] _format = [];
    private IBufferWriter<byte> _output = null!;
    private long _created;
    private bool _withoutReasoning;
    private bool _hasBegun;
    private ChunkResult _result;

    /// <summary>Makes it ready for another answer.</summary>
    public void Reset(ReadOnlySpan<byte> reasoningFormat, long created, bool withoutReasoning)
    {
        if (!_format.AsSpan().SequenceEqual(reasoningFormat))
        {
            _format = reasoningFormat.ToArray();
        }

        _created = created;
        _withoutReasoning = withoutReasoning;
        _hasBegun = false;
        MakeHead(default, default);
    }

    /// <summary>From here on, chunks are edited into this output.</summary>
    public void Open(IBufferWriter<byte> output)
    {
        _output = output;
        _result = ChunkResult.Swallowed;
    }

    /// <summary>What became of the chunks since <see cref="Open"/>: the worst of them.</summary>
    public ChunkResult Result => _result;

    public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model)
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        MakeHead(id, model);
        var sink = OpenDelta(0);
        sink.Append("\"role\":\"assistant\",\"content\":\"\""u8);
        CloseDelta(ref sink);
    }

    public override void Text(ReadOnlySpan<byte> text) => Piece("\"content\":"u8, text);

    public override void Refusal(ReadOnlySpan<byte> text) => Piece("\"refusal\":"u8, text);

    public override void ReasoningText(int index, ReadOnlySpan<byte> text) =>
        Thought(index, "reasoning.text"u8, "\"text\":"u8, text);

    public override void ReasoningSummary(int index, ReadOnlySpan<byte> text) =>
        Thought(index, "reasoning.summary"u8, "\"summary\":"u8, text);

    public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature)
    {
        if (!_withoutReasoning && !signature.IsEmpty)
        {
            var sink = OpenDelta(signature.Length * 6);
            OpenDetail("reasoning.text"u8, "\"signature\":"u8, signature, ref sink);
            CloseDetail(index, default, ref sink);
            CloseDelta(ref sink);
        }
    }

    public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data)
    {
        if (!_withoutReasoning)
        {
            var sink = OpenDelta((data.Length + id.Length) * 6);
            OpenDetail("reasoning.encrypted"u8, "\"data\":"u8, data, ref sink);
            CloseDetail(index, id, ref sink);
            CloseDelta(ref sink);
        }
    }

    public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
    {
        var sink = OpenDelta((id.Length + name.Length) * 6);
        sink.Append("\"tool_calls\":[{\"index\":"u8);
        sink.Append(index);
        sink.Append(",\"id\":"u8);
        sink.AppendString(id);
        sink.Append(",\"type\":\"function\",\"function\":{\"name\":"u8);
        sink.AppendString(name);
        sink.Append(",\"arguments\":\"\"}}]"u8);
        CloseDelta(ref sink);
    }

    public override void ToolArguments(int index, ReadOnlySpan<byte> fragment)
    {
        if (fragment.IsEmpty)
        {
            return;
        }

        var sink = OpenDelta(fragment.Length * 6);
        sink.Append("\"tool_calls\":[{\"index\":"u8);
        sink.Append(index);
        sink.Append(",\"function\":{\"arguments\":"u8);
        sink.AppendString(fragment);
        sink.Append("}}]"u8);
        CloseDelta(ref sink);
    }

    public override void Image(ReadOnlySpan<byte> url)
    {
        var sink = OpenDelta(url.Length * 6);
        sink.Append("\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"u8);
        sink.AppendString(url);
        sink.Append("}}]"u8);
        CloseDelta(ref sink);
    }

    public override void Annotation(in Citation citation)
    {
        var sink = OpenDelta(ChatAnnotation.Bound(citation));
        sink.Append("\"annotations\":["u8);
        ChatAnnotation.Write(citation, ref sink);
        sink.Append((byte)']');
        CloseDelta(ref sink);
    }

    public override void Logprobs(ReadOnlySpan<byte> json)
    {
        var sink = OpenDelta(json.Length);
        sink.Append("},\"logprobs\":"u8);
        sink.Append(json);
        sink.Append(",\"finish_reason\":null}]}"u8);
        Send(ref sink);
    }

    public override void Finish(FinishReason reason, ReadOnlySpan<byte> native)
    {
        var sink = OpenDelta(native.Length * 6);
        sink.Append("},\"finish_reason\":"u8);
        sink.Append(FinishReasons.Json(reason));
        sink.Append(",\"native_finish_reason\":"u8);
        sink.AppendString(native);
        sink.Append("}]}"u8);
        Send(ref sink);
    }

    public override void Usage(in Usage usage)
    {
        var sink = OpenChunk(ChatUsageObject.Bound);
        sink.Append("],\"usage\":"u8);
        ChatUsageObject.Write(usage, ref sink);
        sink.Append((byte)'}');
        Send(ref sink);
    }

    public override void ServiceTier(ReadOnlySpan<byte> tier)
    {
        var sink = OpenChunk(tier.Length * 6);
        sink.Append("],\"service_tier\":"u8);
        sink.AppendString(tier);
        sink.Append((byte)'}');
        Send(ref sink);
    }

    public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message)
    {
        _chunk.Clear();
        var sink = new ByteSink(_chunk, ((type.Length + message.Length) * 6) + Frame);
        sink.Append("{\"error\":{\"code\":"u8);
        sink.Append(status);
        sink.Append(",\"type\":"u8);
        sink.AppendString(type);
        sink.Append(",\"message\":"u8);
        sink.AppendString(message);
        sink.Append("}}"u8);
        Send(ref sink);
    }

    public void Dispose()
    {
        _chunk.Dispose();
        _head.Dispose();
    }

    private void MakeHead(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model)
    {
        _head.Clear();
        var sink = new ByteSink(_head, ((id.Length + model.Length) * 6) + Frame);
        sink.Append("{\"id\":"u8);
        sink.AppendString(id);
        sink.Append(",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        sink.Append(_created);
        sink.Append(",\"model\":"u8);
        sink.AppendString(model);
        sink.Append(",\"choices\":["u8);
        sink.Complete();
    }

    private void Piece(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var sink = OpenDelta(text.Length * 6);
        sink.Append(name);
        sink.AppendString(text);
        CloseDelta(ref sink);
    }

    // Thoughts are told twice: as plain text for those who read, and in the form that goes back in the next turn.
    private void Thought(int index, ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, ReadOnlySpan<byte> text)
    {
        if (_withoutReasoning || text.IsEmpty)
        {
            return;
        }

        var sink = OpenDelta(text.Length * 12);
        sink.Append("\"reasoning\":"u8);
        sink.AppendString(text);
        sink.Append((byte)',');
        OpenDetail(type, member, text, ref sink);
        CloseDetail(index, default, ref sink);
        CloseDelta(ref sink);
    }

    private static void OpenDetail(
        ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, ReadOnlySpan<byte> value, ref ByteSink sink)
    {
        sink.Append("\"reasoning_details\":[{\"type\":"u8);
        sink.AppendString(type);
        sink.Append((byte)',');
        sink.Append(member);
        sink.AppendString(value);
    }

    private void CloseDetail(int index, ReadOnlySpan<byte> id, ref ByteSink sink)
    {
        if (!id.IsEmpty)
        {
            sink.Append(",\"id\":"u8);
            sink.AppendString(id);
        }

        sink.Append(",\"format\":"u8);
        sink.AppendString(_format);
        sink.Append(",\"index\":"u8);
        sink.Append(index);
        sink.Append("}]"u8);
    }

    private ByteSink OpenChunk(int texts)
    {
        _chunk.Clear();
        var sink = new ByteSink(_chunk, checked(_head.Length + texts + Frame));
        sink.Append(_head.Span);
        return sink;
    }

    private ByteSink OpenDelta(int texts)
    {
        var sink = OpenChunk(texts);
        sink.Append("{\"index\":0,\"delta\":{"u8);
        return sink;
    }

    private void CloseDelta(ref ByteSink sink)
    {
        sink.Append("},\"finish_reason\":null}]}"u8);
        Send(ref sink);
    }

    // After an error nothing follows.
    private void Send(ref ByteSink sink)
    {
        sink.Complete();
        if (_result is ChunkResult.Error or ChunkResult.Malformed)
        {
            return;
        }

        var result = editor.Process(_chunk.Span, _output);
        _result = result == ChunkResult.Swallowed ? _result : result;
    }
}
