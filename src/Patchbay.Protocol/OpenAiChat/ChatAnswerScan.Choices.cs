using System.Text.Json;

namespace Patchbay.Protocol;

internal sealed partial class ChatAnswerScan
{
    private void ReadChoices(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int offset)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            HasChoices = true;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadChoice(ref reader, data, offset);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int offset)
    {
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        var reason = 0..0;
        var native = 0..0;
        var says = false;
        var hasMembers = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(reader, scratch);
            var isDelta = name.SequenceEqual("delta"u8) || name.SequenceEqual("message"u8);
            var isReason = !isDelta && name.SequenceEqual("finish_reason"u8);
            says |= isReason;
            hasMembers = true;
            var isNative = !isDelta && name.SequenceEqual("native_finish_reason"u8);
            var isError = !isDelta && name.SequenceEqual("error"u8);
            var isText = name.SequenceEqual("text"u8);
            var isUsage = name.SequenceEqual("usage"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex + offset;
            if (isDelta && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadDelta(ref reader, offset);
                continue;
            }

            // Moonshot puts usage into the last choice: https://platform.moonshot.ai/docs/api/chat.
            if (isUsage && reader.TokenType == JsonTokenType.StartObject)
            {
                CountUsage(ref reader);
                continue;
            }

            if (isText && reader.TokenType == JsonTokenType.String)
            {
                CountText(reader, offset);
                HasOtherContent |= !reader.ValueSpan.IsEmpty;
            }

            reader.Skip();
            if (reader.TokenType == JsonTokenType.String && (isReason || isNative))
            {
                ref var target = ref isReason ? ref reason : ref native;
                target = start..((int)reader.BytesConsumed + offset);
            }
            else if (isError)
            {
                NoteError(reader, data, start, offset);
            }
        }

        if (reason.End.Value > 0)
        {
            Finish(data, reason, native);
        }
        else if (_isStream && !says && hasMembers)
        {
            // Some leave it out until the end (xAI, Perplexity); callers may insist on a null.
            var end = (int)reader.TokenStartIndex + offset;
            Add(new Splice(end, end, SpliceKind.NoFinishReason));
        }
    }

    private void Finish(ReadOnlySpan<byte> data, Range reason, Range native)
    {
        var word = data[(reason.Start.Value + 1)..(reason.End.Value - 1)];
        if (word.IsEmpty)
        {
            // Some servers send an empty reason with every chunk; it means none.
            Add(new Splice(reason.Start.Value, reason.End.Value, SpliceKind.Null));
            return;
        }

        _finishes = true;
        var normal = FinishReasons.Normalise(word);
        var hasNative = native.End.Value > 0;
        if (FinishReason is null)
        {
            FinishReason = FinishReasons.Name(normal);
            NativeFinishReason = Word(
                hasNative ? data[(native.Start.Value + 1)..(native.End.Value - 1)] : word, FinishReason!);
        }

        if (!hasNative)
        {
            Add(new Splice(reason.Start.Value, reason.End.Value, SpliceKind.FinishReasonAndNative, normal));
        }
        else if (!data[reason].SequenceEqual(FinishReasons.Json(normal)))
        {
            Add(new Splice(reason.Start.Value, reason.End.Value, SpliceKind.FinishReason, normal));
        }
    }

    private static string Word(ReadOnlySpan<byte> raw, string likely)
    {
        Span<byte> text = stackalloc byte[Math.Min(raw.Length, 256)];
        text = text[..JsonText.Unescape(raw, text)];
        return System.Text.Ascii.Equals(text, likely) ? likely : System.Text.Encoding.UTF8.GetString(text);
    }

    private void ReadDelta(ref Utf8JsonReader reader, int offset)
    {
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        var begin = (int)reader.TokenStartIndex + offset;
        var hasReasoning = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(reader, scratch);
            var isReasoning = name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("reasoning"u8);
            var isDetails = name.SequenceEqual("reasoning_details"u8);
            var isContent = name.SequenceEqual("content"u8);
            var isText = isReasoning || isContent || name.SequenceEqual("refusal"u8);
            var isList = name.SequenceEqual("tool_calls"u8) || name.SequenceEqual("function_call"u8);
            var isOther = isDetails || name.SequenceEqual("images"u8) || name.SequenceEqual("audio"u8);
            if (isReasoning)
            {
                // Providers have two names for it; callers of this gateway know one.
                var start = (int)reader.TokenStartIndex + offset;
                NameReasoning(start, start + reader.ValueSpan.Length + 2, name.Length > 9, begin, ref hasReasoning);
            }

            reader.Read();
            if (HidesReasoning && (isReasoning || isDetails))
            {
                Hide(ref reader, offset, isReasoning);
                continue;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.String when isText:
                    CountText(reader, offset);
                    HasOtherContent |= !isContent && !reader.ValueSpan.IsEmpty;
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject when isText || isList || isOther:
                    ReadNested(ref reader, offset, countsText: !isOther);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    // Where a provider sends both names, each stays: one of them is the right one.
    private void NameReasoning(int start, int end, bool isOtherName, int begin, ref bool hasReasoning)
    {
        if (!hasReasoning && isOtherName)
        {
            Add(new Splice(start, end, SpliceKind.ReasoningName));
        }
        else if (hasReasoning)
        {
            Remove(SpliceKind.ReasoningName, begin);
        }

        hasReasoning = true;
    }

    private void Hide(ref Utf8JsonReader reader, int offset, bool counts)
    {
        var start = (int)reader.TokenStartIndex + offset;
        if (counts && reader.TokenType == JsonTokenType.String)
        {
            Count(reader);
        }

        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        if (!isNull)
        {
            HasOtherContent = true;
            Add(new Splice(start, (int)reader.BytesConsumed + offset, SpliceKind.Null));
        }
    }

    // Content parts, tool calls and the like: not empty means content; their texts and arguments count.
    private void ReadNested(ref Utf8JsonReader reader, int offset, bool countsText)
    {
        var depth = reader.CurrentDepth;
        var isText = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isText = countsText && IsTextName(reader);
                continue;
            }

            ContentHere = true;
            HasNestedContent = true;
            if (isText && reader.TokenType == JsonTokenType.String)
            {
                NoteText(reader, offset);
            }
        }

        HasContent |= ContentHere;
        HasOtherContent |= HasNestedContent;
    }

    private static bool IsTextName(in Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        return name.SequenceEqual("arguments"u8) || name.SequenceEqual("text"u8) || name.SequenceEqual("name"u8)
            || name.SequenceEqual("thinking"u8) || name.SequenceEqual("input"u8);
    }

    private void CountText(in Utf8JsonReader reader, int offset)
    {
        NoteText(reader, offset);
        if (!reader.ValueSpan.IsEmpty)
        {
            ContentHere = true;
            HasContent = true;
        }
    }

    private void Count(in Utf8JsonReader reader)
    {
        var length = reader.ValueIsEscaped ? JsonText.DecodedLength(reader.ValueSpan) : reader.ValueSpan.Length;
        OutputBytes += length;
        Kept?.Add(reader.ValueSpan, length);
    }

    private void NoteText(in Utf8JsonReader reader, int offset)
    {
        Count(reader);
        _texts++;
        _text = Inside(reader, offset);
    }
}
