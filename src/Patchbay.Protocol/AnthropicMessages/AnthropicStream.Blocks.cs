using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

// The content blocks of a message. Kinds that chat callers have no use for, such as the traces of Anthropic's own tools,
// are passed over.
internal sealed partial class AnthropicStream
{
    private const int MostBlocks = 4096;
    private const int LargestKept = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _held = new();
    private Block[] _blocks = new Block[8];
    private byte[] _scratch = new byte[256];
    private int _tools;
    private int _thoughts;
    private int _textUnits;
    private bool _answered;

    private enum BlockKind : byte
    {
        None,
        Text,
        Thinking,
        Tool,
        Answer,
        Ignored,
    }

    private bool HasOpenBlock
    {
        get
        {
            foreach (ref readonly var block in _blocks.AsSpan())
            {
                if (block.Kind != BlockKind.None)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void ResetBlocks()
    {
        ForgetBlocks();
        _held.ResetWrittenCount();
        _scratch = _scratch.Length > LargestKept ? new byte[256] : _scratch;
        _tools = 0;
        _thoughts = 0;
        _textUnits = 0;
        _answered = false;
    }

    private void ForgetBlocks() => Array.Clear(_blocks);

    private void StartBlock(int index, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (index is < 0 or >= MostBlocks || json.IsEmpty || json[0] != (byte)'{')
        {
            return;
        }

        if (index >= _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Min(MostBlocks, Math.Max(index + 1, _blocks.Length * 2)));
        }

        var block = default(Block);
        var type = Parts.Of(json).Type;
        if (type.SequenceEqual("text"u8))
        {
            block.Kind = BlockKind.Text;
            block.TextStart = _textUnits;
        }
        else if (type.SequenceEqual("thinking"u8))
        {
            block.Kind = BlockKind.Thinking;
            block.Ordinal = _thoughts++;
        }
        else if (type.SequenceEqual("redacted_thinking"u8))
        {
            block.Kind = BlockKind.Ignored;
            block.Ordinal = _thoughts++;
        }
        else if (type.SequenceEqual("tool_use"u8))
        {
            block.Kind = BlockKind.Tool;
        }
        else
        {
            block.Kind = BlockKind.Ignored;
            _blocks[index] = block;
            return;
        }

        _blocks[index] = block;
        ReadBlock(ref _blocks[index], json, sink);
    }

    // What a block holds from the start: in a stream nothing much, in a whole message everything.
    private void ReadBlock(ref Block block, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        byte[] id = [];
        string? tool = null;
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                switch (name)
                {
                    case var _ when name.SequenceEqual("text"u8) && block.Kind == BlockKind.Text:
                        AppendText(Decode(reader), sink);
                        break;
                    case var _ when name.SequenceEqual("thinking"u8):
                        sink.ReasoningText(block.Ordinal, Decode(reader));
                        break;
                    case var _ when name.SequenceEqual("signature"u8):
                        if (!reader.ValueSpan.IsEmpty)
                        {
                            sink.ReasoningSignature(block.Ordinal, Decode(reader));
                        }

                        break;
                    case var _ when name.SequenceEqual("data"u8):
                        sink.ReasoningEncrypted(block.Ordinal, default, Decode(reader));
                        break;
                    case var _ when name.SequenceEqual("id"u8):
                        id = Decode(reader).ToArray();
                        break;
                    case var _ when name.SequenceEqual("name"u8):
                        tool = JsonText.String(reader);
                        break;
                }

                continue;
            }

            var start = (int)reader.TokenStartIndex;
            var kind = reader.TokenType;
            if (name.SequenceEqual("citations"u8) && kind == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadCitation(ref block, ref reader);
                }

                continue;
            }

            reader.Skip();
            if (name.SequenceEqual("input"u8) && kind == JsonTokenType.StartObject)
            {
                block.Input = json[start..(int)reader.BytesConsumed].ToArray();
            }
        }

        if (block.Kind == BlockKind.Tool)
        {
            StartTool(ref block, id, tool ?? "", sink);
        }
    }

    private void StartTool(ref Block block, byte[] id, string name, AnswerSink sink)
    {
        if (_answerTool is not null && name == _answerTool)
        {
            // What was said before the answer is not part of it.
            _held.ResetWrittenCount();
            block.Kind = _answered ? BlockKind.Ignored : BlockKind.Answer;
            _answered = true;
            return;
        }

        ReleaseText(sink);
        block.Ordinal = _tools++;
        sink.ToolCall(block.Ordinal, id, Encoding.UTF8.GetBytes(name));
    }

    private void ReadDelta(int index, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (index < 0 || index >= _blocks.Length || json.IsEmpty || json[0] != (byte)'{')
        {
            return;
        }

        ref var block = ref _blocks[index];
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                ReadDeltaText(ref block, name, reader, sink);
            }
            else if (name.SequenceEqual("citation"u8) && block.Kind == BlockKind.Text)
            {
                ReadCitation(ref block, ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadDeltaText(ref Block block, ReadOnlySpan<byte> name, in Utf8JsonReader reader, AnswerSink sink)
    {
        switch (block.Kind)
        {
            case BlockKind.Text when name.SequenceEqual("text"u8):
                AppendText(Decode(reader), sink);
                break;
            case BlockKind.Thinking when name.SequenceEqual("thinking"u8):
                sink.ReasoningText(block.Ordinal, Decode(reader));
                break;
            case BlockKind.Thinking when name.SequenceEqual("signature"u8):
                sink.ReasoningSignature(block.Ordinal, Decode(reader));
                break;
            case BlockKind.Tool or BlockKind.Answer when name.SequenceEqual("partial_json"u8) && !reader.ValueSpan.IsEmpty:
                block.HasArguments = true;
                AppendArguments(block, Decode(reader), sink);
                break;
        }
    }

    private void StopBlock(int index, AnswerSink sink)
    {
        if (index < 0 || index >= _blocks.Length)
        {
            return;
        }

        ref var block = ref _blocks[index];
        if (block.Kind is BlockKind.Tool or BlockKind.Answer && !block.HasArguments)
        {
            // A call without arguments has an empty object; some send the arguments whole, at the start.
            AppendArguments(block, block.Input is null ? "{}"u8 : block.Input, sink);
        }

        foreach (var found in block.Citations ?? [])
        {
            sink.Annotation(new Citation
            {
                Url = found.Url,
                Title = found.Title,
                Quote = found.Quote,
                Document = found.Document,
                Start = block.TextStart,
                End = _textUnits,
            });
        }

        block = default;
    }

    private static void AppendArguments(in Block block, ReadOnlySpan<byte> fragment, AnswerSink sink)
    {
        if (block.Kind == BlockKind.Answer)
        {
            sink.Text(fragment);
        }
        else
        {
            sink.ToolArguments(block.Ordinal, fragment);
        }
    }

    // While the answer may yet come as a call, text waits.
    private void AppendText(ReadOnlySpan<byte> text, AnswerSink sink)
    {
        _textUnits += Encoding.UTF8.GetCharCount(text);
        if (_answerTool is null)
        {
            sink.Text(text);
        }
        else if (!_answered)
        {
            _held.Write(text);
        }
    }

    private void ReleaseText(AnswerSink sink)
    {
        if (_held.WrittenCount > 0)
        {
            sink.Text(_held.WrittenSpan);
            _held.ResetWrittenCount();
        }
    }

    // https://docs.claude.com/en/docs/build-with-claude/citations. It stands before the text that it belongs to, so that it
    // is told when its block ends.
    private static void ReadCitation(ref Block block, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var found = new Found();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                switch (name)
                {
                    case var _ when name.SequenceEqual("url"u8) || name.SequenceEqual("source"u8): found.Url = Bytes(reader); break;
                    case var _ when name.SequenceEqual("title"u8) || name.SequenceEqual("document_title"u8): found.Title = Bytes(reader); break;
                    case var _ when name.SequenceEqual("cited_text"u8): found.Quote = Bytes(reader); break;
                }
            }
            else if (name.SequenceEqual("document_index"u8) && reader.TokenType == JsonTokenType.Number
                && reader.TryGetInt64(out var document))
            {
                found.Document = document;
            }

            reader.Skip();
        }

        (block.Citations ??= []).Add(found);
    }

    private static byte[] Bytes(in Utf8JsonReader reader) => Encoding.UTF8.GetBytes(JsonText.String(reader));

    private ReadOnlySpan<byte> Decode(in Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped && _scratch.Length < reader.ValueSpan.Length)
        {
            _scratch = new byte[reader.ValueSpan.Length * 2];
        }

        return JsonText.Text(reader, _scratch);
    }

    private struct Block
    {
        public BlockKind Kind;
        public bool HasArguments;
        public int Ordinal;
        public int TextStart;
        public byte[]? Input;
        public List<Found>? Citations;
    }

    private sealed class Found
    {
        public byte[] Url { get; set; } = [];

        public byte[] Title { get; set; } = [];

        public byte[] Quote { get; set; } = [];

        public long? Document { get; set; }
    }
}
