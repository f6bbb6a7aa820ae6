using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>The items of a response's output: what of each has been told in pieces, so that the rest is told when it ends.
/// </summary>
internal sealed class ResponsesItems
{
    private readonly List<Item> _items = [];
    private readonly ResponsesCitations _citations = new();
    private readonly AnswerText _text = new();
    private readonly ResponsesThoughts _thoughts = new();
    private readonly ArrayBufferWriter<byte> _logprobs = new();
    private int _calls;
    private int _partOf;
    private int _part;
    private int _partStart;

    /// <summary>The answer has calls of the caller's functions.</summary>
    public bool HasCalls => _calls > 0;

    /// <summary>Web searches that the provider ran.</summary>
    public int Searches { get; private set; }

    public void Reset(DialectRequest request)
    {
        _items.Clear();
        _citations.Reset();
        _text.Reset(request.AnswerTool);
        _thoughts.Reset();
        _logprobs.ResetWrittenCount();
        _calls = 0;
        _partOf = _part = -1;
        _partStart = 0;
        Searches = 0;
    }

    /// <summary>Text of a message goes on.</summary>
    public void Text(int output, int part, ReadOnlySpan<byte> text, AnswerSink sink)
    {
        ItemAt(output).Told |= Bit(part);
        StartOf(output, part);
        _text.Append(text, sink);
    }

    /// <summary>The words of a refusal go on.</summary>
    public void Refusal(int output, int part, ReadOnlySpan<byte> text, AnswerSink sink)
    {
        ItemAt(output).Told |= Bit(part);
        sink.Refusal(text);
    }

    /// <summary>Thoughts, or a summary of them, go on.</summary>
    public void Thought(int output, int part, ReasoningKind kind, ReadOnlySpan<byte> text, AnswerSink sink)
    {
        var item = ItemAt(output);
        if (kind == ReasoningKind.Summary)
        {
            item.Summarised |= Bit(part);
        }
        else
        {
            item.Told |= Bit(part);
        }

        _thoughts.Append(output, kind, part, text, sink);
    }

    /// <summary>The arguments of a call go on.</summary>
    public void Arguments(int output, ReadOnlySpan<byte> fragment, AnswerSink sink)
    {
        var item = ItemAt(output);
        if (item.Kind is ItemKind.Call or ItemKind.Answer && !fragment.IsEmpty)
        {
            item.Told = 1;
            AppendArguments(item, fragment, sink);
        }
    }

    /// <summary>A source of the current text.</summary>
    public void Annotation(int output, int part, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        ItemAt(output).Annotated |= Bit(part);
        _citations.Tell(json, StartOf(output, part), scratch, sink);
    }

    /// <summary>An item begins.</summary>
    public void Open(int output, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        var item = ItemAt(output);
        if (item.Kind == ItemKind.Unknown && Is(json, "function_call"u8))
        {
            OpenCall(item, json, scratch, sink);
        }
    }

    /// <summary>An item ends, and stands there whole.</summary>
    public void Close(int output, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        var item = ItemAt(output);
        if (item.IsClosed || !JsonSlice.IsObject(json))
        {
            return;
        }

        item.IsClosed = true;
        if (Is(json, "message"u8))
        {
            CloseMessage(item, JsonMembers.Find(json, "content"u8), scratch, sink);
        }
        else if (Is(json, "reasoning"u8))
        {
            CloseThoughts(item, json, scratch, sink);
        }
        else if (Is(json, "function_call"u8))
        {
            CloseCall(item, json, scratch, sink);
        }
        else if (Is(json, "image_generation_call"u8))
        {
            CloseImage(json, scratch, sink);
        }
        else if (Is(json, "web_search_call"u8)
            && JsonMembers.Find(JsonMembers.Find(json, "action"u8), "type"u8) is var action
            && (action.IsEmpty || action.SequenceEqual("\"search\""u8)))
        {
            // Opening a page that was found is no search: https://platform.openai.com/docs/guides/tools-web-search.
            Searches++;
        }
    }

    /// <summary>The response ends. Where no item was told before, all of them are told now.</summary>
    public void CloseAll(ReadOnlySpan<byte> output, JsonScratch scratch, AnswerSink sink)
    {
        if (_items.Count == 0)
        {
            var items = new JsonItems(output);
            for (var i = 0; items.Next(); i++)
            {
                Close(i, items.Value, scratch, sink);
            }
        }

        _text.Release(sink);
        if (_logprobs.WrittenCount > 0)
        {
            sink.Logprobs(scratch.Join("{\"content\":["u8, _logprobs.WrittenSpan, "],\"refusal\":null}"u8));
        }
    }

    private void CloseMessage(Item item, ReadOnlySpan<byte> content, JsonScratch scratch, AnswerSink sink)
    {
        var parts = new JsonItems(content);
        for (var i = 0; parts.Next(); i++)
        {
            ReadOnlySpan<byte> text = default, refusal = default, annotations = default, logprobs = default;
            var members = new JsonMembers(parts.Value);
            while (members.Next())
            {
                switch (members.Name)
                {
                    case var name when name.SequenceEqual("text"u8): text = members.Value; break;
                    case var name when name.SequenceEqual("refusal"u8): refusal = members.Value; break;
                    case var name when name.SequenceEqual("annotations"u8): annotations = members.Value; break;
                    case var name when name.SequenceEqual("logprobs"u8): logprobs = members.Value; break;
                }
            }

            var start = StartOf(item.Output, i);
            if ((item.Told & Bit(i)) == 0)
            {
                Tell(scratch.Text(text), scratch.Text(refusal), sink);
                KeepLogprobs(logprobs);
            }

            if ((item.Annotated & Bit(i)) == 0)
            {
                var cited = new JsonItems(annotations);
                while (cited.Next())
                {
                    _citations.Tell(cited.Value, start, scratch, sink);
                }
            }
        }
    }

    private void Tell(ReadOnlySpan<byte> text, ReadOnlySpan<byte> refusal, AnswerSink sink)
    {
        if (!text.IsEmpty)
        {
            _text.Append(text, sink);
        }

        if (!refusal.IsEmpty)
        {
            sink.Refusal(refusal);
        }
    }

    // https://platform.openai.com/docs/api-reference/responses/object (output, reasoning)
    private void CloseThoughts(Item item, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        var summary = new JsonItems(JsonMembers.Find(json, "summary"u8));
        for (var i = 0; summary.Next(); i++)
        {
            if ((item.Summarised & Bit(i)) == 0)
            {
                _thoughts.Append(item.Output, ReasoningKind.Summary, i, scratch.Text(JsonMembers.Find(summary.Value, "text"u8)), sink);
            }
        }

        var content = new JsonItems(JsonMembers.Find(json, "content"u8));
        for (var i = 0; content.Next(); i++)
        {
            if ((item.Told & Bit(i)) == 0)
            {
                _thoughts.Append(item.Output, ReasoningKind.Text, i, scratch.Text(JsonMembers.Find(content.Value, "text"u8)), sink);
            }
        }

        var encrypted = JsonMembers.Find(json, "encrypted_content"u8);
        if (JsonSlice.IsString(encrypted) && encrypted.Length > 2)
        {
            _thoughts.Close(item.Output, scratch.Text(JsonMembers.Find(json, "id"u8)), scratch.Text(encrypted), sink);
        }
    }

    private void OpenCall(Item item, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        var name = scratch.Text(JsonMembers.Find(json, "name"u8));
        var id = scratch.Text(JsonMembers.Find(json, "call_id"u8));
        if (name.IsEmpty)
        {
            return;
        }

        if (_text.IsAnswer(name, out var isFirst))
        {
            item.Kind = isFirst ? ItemKind.Answer : ItemKind.Repeated;
            return;
        }

        _text.Release(sink);
        item.Kind = ItemKind.Call;
        item.Call = _calls++;
        sink.ToolCall(item.Call, id.IsEmpty ? scratch.Text(JsonMembers.Find(json, "id"u8)) : id, name);
    }

    private void CloseCall(Item item, ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        if (item.Kind == ItemKind.Unknown)
        {
            OpenCall(item, json, scratch, sink);
        }

        if (item.Kind is ItemKind.Call or ItemKind.Answer && item.Told == 0)
        {
            var arguments = scratch.Text(JsonMembers.Find(json, "arguments"u8));
            AppendArguments(item, arguments.IsEmpty ? "{}"u8 : arguments, sink);
        }
    }

    private static void AppendArguments(Item item, ReadOnlySpan<byte> fragment, AnswerSink sink)
    {
        if (item.Kind == ItemKind.Answer)
        {
            sink.Text(fragment);
        }
        else
        {
            sink.ToolArguments(item.Call, fragment);
        }
    }

    // https://platform.openai.com/docs/guides/tools-image-generation
    private static void CloseImage(ReadOnlySpan<byte> json, JsonScratch scratch, AnswerSink sink)
    {
        var data = scratch.Text(JsonMembers.Find(json, "result"u8));
        if (data.IsEmpty)
        {
            return;
        }

        var format = scratch.Text(JsonMembers.Find(json, "output_format"u8));
        sink.Image(data.StartsWith("http"u8)
            ? data
            : scratch.Join(scratch.Join("data:image/"u8, format.IsEmpty ? "png"u8 : format), ";base64,"u8, data));
    }

    private void KeepLogprobs(ReadOnlySpan<byte> array)
    {
        if (JsonSlice.IsArray(array) && array[1..^1].Trim(" \r\n\t"u8) is { IsEmpty: false } inside)
        {
            _logprobs.Write(_logprobs.WrittenCount > 0 ? ","u8 : default);
            _logprobs.Write(inside);
        }
    }

    private int StartOf(int output, int part)
    {
        if (output != _partOf || part != _part)
        {
            (_partOf, _part, _partStart) = (output, part, _text.Units);
        }

        return _partStart;
    }

    private Item ItemAt(int output)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Output == output)
            {
                return _items[i];
            }
        }

        var added = new Item(output);
        _items.Add(added);
        return added;
    }

    private static bool Is(ReadOnlySpan<byte> item, ReadOnlySpan<byte> type) =>
        JsonMembers.Find(item, "type"u8) is { Length: > 2 } found && found[1..^1].SequenceEqual(type);

    private static ulong Bit(int part) => 1UL << Math.Min(part, 63);

    private enum ItemKind : byte
    {
        Unknown,
        Call,
        Answer,
        Repeated,
    }

    private sealed class Item(int output)
    {
        public int Output { get; } = output;

        public ItemKind Kind { get; set; }

        public int Call { get; set; }

        public bool IsClosed { get; set; }

        /// <summary>The parts of the content that were told in pieces; for a call, its arguments.</summary>
        public ulong Told { get; set; }

        public ulong Summarised { get; set; }

        public ulong Annotated { get; set; }
    }
}
