namespace Patchbay.Protocol;

// The content blocks of a message. Only calls and pictures announce themselves by a start event; the kind of any other block
// is that of its first delta (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlockDelta.html).
internal sealed partial class ConverseStream
{
    private const int MostBlocks = 4096;
    private const int LargestKept = 64 * 1024;

    private readonly AnswerText _text = new();
    private Block[] _blocks = new Block[8];
    private byte[] _scratch = new byte[256];
    private int _tools;
    private int _thoughts;

    private enum BlockKind : byte
    {
        None,
        Text,
        Thinking,
        Tool,
        Answer,
        Image,
        Ignored,
    }

    private void ResetBlocks(DialectRequest request)
    {
        _text.Reset(request.AnswerTool);
        Array.Clear(_blocks);
        _scratch = _scratch.Length > LargestKept ? new byte[256] : _scratch;
        _tools = 0;
        _thoughts = 0;
    }

    private static int IndexOf(ReadOnlySpan<byte> json) =>
        JsonSlice.Count(JsonMembers.Find(json, "contentBlockIndex"u8)) is { } index and < MostBlocks ? (int)index : -1;

    private void ReadBlockEvent(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        var index = IndexOf(data);
        if (index < 0)
        {
            return;
        }

        ref var block = ref BlockAt(index);
        var start = new JsonMembers(JsonMembers.Find(data, "start"u8));
        while (start.Next())
        {
            ReadStart(ref block, start, sink);
        }

        var delta = new JsonMembers(JsonMembers.Find(data, "delta"u8));
        while (delta.Next())
        {
            ReadDelta(ref block, delta, sink);
        }
    }

    private ref Block BlockAt(int index)
    {
        if (index >= _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Min(MostBlocks, Math.Max(index + 1, _blocks.Length * 2)));
        }

        return ref _blocks[index];
    }

    private void ReadStart(ref Block block, scoped in JsonMembers start, AnswerSink sink)
    {
        if (start.Is("toolUse"u8))
        {
            StartTool(ref block, start.Value, sink);
        }
        else if (start.Is("image"u8))
        {
            block.Kind = BlockKind.Image;
            block.Format = JsonSlice.Bytes(JsonMembers.Find(start.Value, "format"u8));
        }
        else
        {
            // The results of tools that Bedrock runs itself.
            block.Kind = BlockKind.Ignored;
        }
    }

    private void ReadDelta(ref Block block, scoped in JsonMembers delta, AnswerSink sink)
    {
        if (delta.Is("text"u8) && JsonSlice.IsString(delta.Value) && Become(ref block, BlockKind.Text))
        {
            _text.Append(JsonSlice.Text(delta.Value, ref _scratch), sink);
        }
        else if (delta.Is("reasoningContent"u8) && Become(ref block, BlockKind.Thinking))
        {
            ReadThoughts(ref block, delta.Value, sink);
        }
        else if (delta.Is("toolUse"u8))
        {
            var input = JsonMembers.Find(delta.Value, "input"u8);
            AppendArguments(ref block, JsonSlice.Text(input, ref _scratch), sink);
        }
        else if (delta.Is("citation"u8) && Become(ref block, BlockKind.Text))
        {
            (block.Citations ??= []).Add(ConverseCitation.Of(delta.Value));
        }
        else if (delta.Is("image"u8) && Become(ref block, BlockKind.Image))
        {
            block.Data = Base64Text.Join(block.Data, JsonSlice.Bytes(JsonMembers.Find(JsonMembers.Find(delta.Value, "source"u8), "bytes"u8)));
        }
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
    private void ReadWholeBlock(int index, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (index >= MostBlocks)
        {
            return;
        }

        ref var block = ref BlockAt(index);
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("toolUse"u8))
            {
                StartTool(ref block, members.Value, sink);
                AppendArguments(ref block, JsonMembers.Find(members.Value, "input"u8), sink);
            }
            else if (members.Is("citationsContent"u8) && Become(ref block, BlockKind.Text))
            {
                ReadCited(ref block, members.Value, sink);
            }
            else if (members.Is("image"u8))
            {
                block.Format = JsonSlice.Bytes(JsonMembers.Find(members.Value, "format"u8));
                ReadDelta(ref block, members, sink);
            }
            else if (members.Is("text"u8) || members.Is("reasoningContent"u8))
            {
                ReadDelta(ref block, members, sink);
            }
        }
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationsContentBlock.html
    private void ReadCited(ref Block block, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var content = new JsonItems(JsonMembers.Find(json, "content"u8));
        while (content.Next())
        {
            _text.Append(JsonSlice.Text(JsonMembers.Find(content.Value, "text"u8), ref _scratch), sink);
        }

        var citations = new JsonItems(JsonMembers.Find(json, "citations"u8));
        while (citations.Next())
        {
            (block.Citations ??= []).Add(ConverseCitation.Of(citations.Value));
        }
    }

    private bool Become(ref Block block, BlockKind kind)
    {
        if (block.Kind == BlockKind.None)
        {
            block.Kind = kind;
            block.TextStart = _text.Units;
            block.Ordinal = kind == BlockKind.Thinking ? _thoughts++ : 0;
        }

        return block.Kind == kind;
    }

    // In a stream the members stand alone; in a whole answer text and signature stand in reasoningText:
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlockDelta.html, …ContentBlock.html.
    private void ReadThoughts(ref Block block, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("reasoningText"u8))
            {
                ReadThoughts(ref block, members.Value, sink);
            }
            else if (members.Is("text"u8))
            {
                sink.ReasoningText(block.Ordinal, JsonSlice.Text(members.Value, ref _scratch));
            }
            else if (members.Is("signature"u8))
            {
                block.Signature = [.. block.Signature ?? [], .. JsonSlice.Text(members.Value, ref _scratch)];
            }
            else if (members.Is("redactedContent"u8))
            {
                block.Data = Base64Text.Join(block.Data, JsonSlice.Bytes(members.Value));
            }
        }
    }

    private void StartTool(ref Block block, ReadOnlySpan<byte> json, AnswerSink sink)
    {
        if (block.Kind != BlockKind.None)
        {
            return;
        }

        var name = JsonSlice.Bytes(JsonMembers.Find(json, "name"u8));
        if (JsonSlice.String(JsonMembers.Find(json, "type"u8)) == "server_tool_use")
        {
            // Bedrock runs it itself: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
            block.Kind = BlockKind.Ignored;
        }
        else if (_text.IsAnswer(name, out var isFirst))
        {
            block.Kind = isFirst ? BlockKind.Answer : BlockKind.Ignored;
        }
        else
        {
            _text.Release(sink);
            block.Kind = BlockKind.Tool;
            block.Ordinal = _tools++;
            sink.ToolCall(block.Ordinal, JsonSlice.Text(JsonMembers.Find(json, "toolUseId"u8), ref _scratch), name);
        }
    }

    private static void AppendArguments(ref Block block, ReadOnlySpan<byte> fragment, AnswerSink sink)
    {
        if (fragment.IsEmpty)
        {
            return;
        }

        block.HasArguments = true;
        if (block.Kind == BlockKind.Answer)
        {
            sink.Text(fragment);
        }
        else if (block.Kind == BlockKind.Tool)
        {
            sink.ToolArguments(block.Ordinal, fragment);
        }
    }

    private void StopBlocks(AnswerSink sink)
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            StopBlock(i, sink);
        }

        _text.Release(sink);
    }

    private void StopBlock(int index, AnswerSink sink)
    {
        if (index < 0 || index >= _blocks.Length)
        {
            return;
        }

        ref var block = ref _blocks[index];
        switch (block.Kind)
        {
            case BlockKind.Tool or BlockKind.Answer when !block.HasArguments:
                AppendArguments(ref block, "{}"u8, sink);
                break;
            case BlockKind.Thinking:
                if (block.Signature is { Length: > 0 } signature)
                {
                    sink.ReasoningSignature(block.Ordinal, signature);
                }

                if (block.Data is { Length: > 0 } data)
                {
                    sink.ReasoningEncrypted(block.Ordinal, default, data);
                }

                break;
            case BlockKind.Image when block.Data is { Length: > 0 } picture:
                sink.Image([.. "data:image/"u8, .. block.Format ?? [], .. ";base64,"u8, .. picture]);
                break;
            case BlockKind.Text when block.Citations is { } citations:
                foreach (var citation in citations)
                {
                    citation.Tell(block.TextStart, _text.Units, sink);
                }

                break;
        }

        block = default;
    }

    private struct Block
    {
        public BlockKind Kind;
        public bool HasArguments;
        public int Ordinal;
        public int TextStart;
        public byte[]? Format;
        public byte[]? Signature;
        public byte[]? Data;
        public List<ConverseCitation>? Citations;
    }
}
