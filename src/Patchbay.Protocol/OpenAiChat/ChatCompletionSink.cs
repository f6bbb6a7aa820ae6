using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Gathers an answer of another dialect and writes it as the body of a chat completion, which then passes
/// <see cref="ChatResponseReader"/> and <see cref="ChatResponseWriter"/> like any other. Reasoning takes OpenRouter's form.
/// </summary>
internal sealed class ChatCompletionSink : AnswerSink, IDisposable
{
    private readonly PooledBuffer _text = new();
    private readonly PooledBuffer _refusal = new();
    private readonly PooledBuffer _reasoning = new();
    private readonly PooledBuffer _scratch = new();
    private readonly List<Thought> _thoughts = [];
    private readonly List<Call> _calls = [];
    private readonly List<string> _images = [];
    private readonly List<byte[]> _annotations = [];
    private string _format = "";
    private string _id = "";
    private string _model = "";
    private string? _tier;
    private string? _native;
    private byte[] _logprobs = [];
    private FinishReason _finish;
    private Usage? _usage;
    private (int Status, string Type, string Message)? _error;
    private long _created;
    private bool _withoutReasoning;

    /// <summary>Makes it ready for another answer.</summary>
    public void Reset(ReadOnlySpan<byte> reasoningFormat, long created, bool withoutReasoning)
    {
        _format = Encoding.UTF8.GetString(reasoningFormat);
        _created = created;
        _withoutReasoning = withoutReasoning;
        _text.Clear();
        _refusal.Clear();
        _reasoning.Clear();
        _thoughts.Clear();
        _calls.Clear();
        _images.Clear();
        _annotations.Clear();
        _id = _model = "";
        _tier = _native = null;
        _logprobs = [];
        _finish = FinishReason.None;
        _usage = null;
        _error = null;
    }

    public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model)
    {
        _id = Encoding.UTF8.GetString(id);
        _model = Encoding.UTF8.GetString(model);
    }

    public override void Text(ReadOnlySpan<byte> text) => _text.Write(text);

    public override void Refusal(ReadOnlySpan<byte> text) => _refusal.Write(text);

    public override void ReasoningText(int index, ReadOnlySpan<byte> text)
    {
        _reasoning.Write(text);
        ThoughtAt(index, ReasoningKind.Text).Text.Write(text);
    }

    public override void ReasoningSummary(int index, ReadOnlySpan<byte> text)
    {
        _reasoning.Write(text);
        ThoughtAt(index, ReasoningKind.Summary).Text.Write(text);
    }

    public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature) =>
        ThoughtAt(index, ReasoningKind.Text).Signature = Encoding.UTF8.GetString(signature);

    public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data)
    {
        var thought = ThoughtAt(index, ReasoningKind.Encrypted);
        thought.Text.Write(data);
        thought.Id = id.IsEmpty ? null : Encoding.UTF8.GetString(id);
    }

    public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name) =>
        _calls.Add(new Call(index, Encoding.UTF8.GetString(id), Encoding.UTF8.GetString(name)));

    public override void ToolArguments(int index, ReadOnlySpan<byte> fragment)
    {
        foreach (var call in _calls)
        {
            if (call.Index == index)
            {
                call.Arguments.Write(fragment);
            }
        }
    }

    public override void Image(ReadOnlySpan<byte> url) => _images.Add(Encoding.UTF8.GetString(url));

    public override void Annotation(in Citation citation)
    {
        _scratch.Clear();
        var sink = new ByteSink(_scratch, ChatAnnotation.Bound(citation));
        ChatAnnotation.Write(citation, ref sink);
        sink.Complete();
        _annotations.Add(_scratch.Span.ToArray());
    }

    public override void Logprobs(ReadOnlySpan<byte> json) => _logprobs = json.ToArray();

    public override void Finish(FinishReason reason, ReadOnlySpan<byte> native)
    {
        _finish = reason;
        _native = Encoding.UTF8.GetString(native);
    }

    public override void Usage(in Usage usage) => _usage = usage;

    public override void ServiceTier(ReadOnlySpan<byte> tier) => _tier = Encoding.UTF8.GetString(tier);

    public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message) =>
        _error = (status, Encoding.UTF8.GetString(type), Encoding.UTF8.GetString(message));

    /// <summary>Writes the body of what was gathered.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        json.WriteStartObject();
        if (_error is { } error)
        {
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, error.Status);
            json.WriteString("type"u8, error.Type);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }

        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _model);
        if (_tier is not null)
        {
            json.WriteString("service_tier"u8, _tier);
        }

        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        WriteMessage(json);
        json.WritePropertyName("logprobs"u8);
        json.WriteRawValue(_logprobs.Length > 0 ? _logprobs : "null"u8);
        json.WriteString("finish_reason"u8, FinishReasons.Name(_finish));
        json.WriteString("native_finish_reason"u8, _native);
        json.WriteEndObject();
        json.WriteEndArray();
        if (_usage is { } usage)
        {
            _scratch.Clear();
            var sink = new ByteSink(_scratch, ChatUsageObject.Bound);
            ChatUsageObject.Write(usage, ref sink);
            sink.Complete();
            json.WritePropertyName("usage"u8);
            json.WriteRawValue(_scratch.Span);
        }

        json.WriteEndObject();
    }

    public void Dispose()
    {
        _text.Dispose();
        _refusal.Dispose();
        _reasoning.Dispose();
        _scratch.Dispose();
    }

    private void WriteMessage(Utf8JsonWriter json)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        WriteOrNull(json, "content"u8, _text, evenEmpty: _calls.Count == 0 && _refusal.Length == 0);
        WriteOrNull(json, "refusal"u8, _refusal, evenEmpty: false);
        if (!_withoutReasoning && _thoughts.Count > 0)
        {
            WriteOrNull(json, "reasoning"u8, _reasoning, evenEmpty: false);
            json.WriteStartArray("reasoning_details"u8);
            foreach (var thought in _thoughts)
            {
                WriteThought(json, thought);
            }

            json.WriteEndArray();
        }

        if (_calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in _calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.Arguments.WrittenSpan);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (_images.Count > 0)
        {
            json.WriteStartArray("images"u8);
            foreach (var url in _images)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, url);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (_annotations.Count > 0)
        {
            json.WriteStartArray("annotations"u8);
            foreach (var annotation in _annotations)
            {
                json.WriteRawValue(annotation);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteThought(Utf8JsonWriter json, Thought thought)
    {
        json.WriteStartObject();
        switch (thought.Kind)
        {
            case ReasoningKind.Summary:
                json.WriteString("type"u8, "reasoning.summary"u8);
                json.WriteString("summary"u8, thought.Text.WrittenSpan);
                break;
            case ReasoningKind.Encrypted:
                json.WriteString("type"u8, "reasoning.encrypted"u8);
                json.WriteString("data"u8, thought.Text.WrittenSpan);
                break;
            default:
                json.WriteString("type"u8, "reasoning.text"u8);
                json.WriteString("text"u8, thought.Text.WrittenSpan);
                if (thought.Signature is not null)
                {
                    json.WriteString("signature"u8, thought.Signature);
                }

                break;
        }

        if (thought.Id is not null)
        {
            json.WriteString("id"u8, thought.Id);
        }

        json.WriteString("format"u8, _format);
        json.WriteNumber("index"u8, thought.Index);
        json.WriteEndObject();
    }

    private Thought ThoughtAt(int index, ReasoningKind kind)
    {
        foreach (var thought in _thoughts)
        {
            if (thought.Index == index && thought.Kind == kind)
            {
                return thought;
            }
        }

        var added = new Thought(index, kind);
        _thoughts.Add(added);
        return added;
    }

    private static void WriteOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, PooledBuffer text, bool evenEmpty)
    {
        if (text.Length > 0 || evenEmpty)
        {
            json.WriteString(name, text.Span);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private sealed class Thought(int index, ReasoningKind kind)
    {
        public int Index { get; } = index;

        public ReasoningKind Kind { get; } = kind;

        public ArrayBufferWriter<byte> Text { get; } = new();

        public string? Signature { get; set; }

        public string? Id { get; set; }
    }

    private sealed class Call(int index, string id, string name)
    {
        public int Index { get; } = index;

        public string Id { get; } = id;

        public string Name { get; } = name;

        public ArrayBufferWriter<byte> Arguments { get; } = new();
    }
}
