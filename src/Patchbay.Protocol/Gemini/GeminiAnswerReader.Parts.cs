using System.Buffers;

namespace Patchbay.Protocol;

// https://ai.google.dev/api/caching#Part
internal sealed partial class GeminiAnswerReader
{
    private const int KeepText = 256 * 1024;
    private readonly GeminiArguments _arguments = new();
    private readonly ArrayBufferWriter<byte> _fragment = new();
    private readonly ArrayBufferWriter<byte> _held = new();
    private byte[] _text = [];
    private int _textLength;
    private int _reasoning;
    private bool _isThinking;
    private int _calls;
    private bool _isCallOpen;
    private bool _isAnswerOpen;
    private bool _hasAnswered;

    private bool HasCalls => _calls > 0;

    private void ResetParts()
    {
        _text = _text.Length > KeepText ? [] : _text;
        _textLength = 0;
        _reasoning = 0;
        _isThinking = false;
        _calls = 0;
        _isCallOpen = false;
        _isAnswerOpen = false;
        _hasAnswered = false;
        _held.ResetWrittenCount();
        _arguments.Begin();
    }

    private void ReadContent(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        var content = new JsonCursor(json);
        while (content.NextMember())
        {
            if (content.Is("parts"u8))
            {
                var parts = new JsonCursor(content.Value);
                while (parts.NextItem())
                {
                    ReadPart(parts.Value, sink);
                }
            }
        }
    }

    private void ReadPart(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        ReadOnlySpan<byte> text = default, signature = default, call = default, media = default, code = default, output = default;
        var isThought = false;
        var part = new JsonCursor(json);
        while (part.NextMember())
        {
            if (part.Is("text"u8))
            {
                text = part.Value;
            }
            else if (part.Is("thought"u8))
            {
                isThought = JsonScalar.IsTrue(part.Value);
            }
            else if (part.Is("thoughtSignature"u8))
            {
                signature = _scratch.Text(part.Value);
            }
            else if (part.Is("functionCall"u8))
            {
                call = part.Value;
            }
            else if (part.Is("inlineData"u8) || part.Is("fileData"u8))
            {
                media = part.Value;
            }
            else if (part.Is("executableCode"u8))
            {
                code = part.Value;
            }
            else if (part.Is("codeExecutionResult"u8))
            {
                output = part.Value;
            }
        }

        if (!call.IsEmpty)
        {
            ReadCall(call, signature, sink);
        }
        else if (isThought)
        {
            ReadThought(_scratch.Text(text), signature, sink);
        }
        else if (!media.IsEmpty)
        {
            ReadMedia(media, signature, sink);
        }
        else
        {
            var start = _textLength;
            Say(_scratch.Text(text), sink);
            SayCode(code, output, sink);
            if (!signature.IsEmpty)
            {
                _isThinking = false;
                sink.ReasoningEncrypted(_reasoning++, GeminiSignatureId.ForText(start, _textLength, _scratch), signature);
            }
        }
    }

    // https://ai.google.dev/gemini-api/docs/thinking#summaries. What follows one another is one piece of reasoning, up to a
    // signature.
    private void ReadThought(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, AnswerSink sink)
    {
        if (text.IsEmpty && signature.IsEmpty)
        {
            return;
        }

        _reasoning += _isThinking ? 0 : 1;
        _isThinking = signature.IsEmpty;
        if (!text.IsEmpty)
        {
            sink.ReasoningText(_reasoning - 1, text);
        }

        if (!signature.IsEmpty)
        {
            sink.ReasoningSignature(_reasoning - 1, signature);
        }
    }

    private void Say(ReadOnlySpan<byte> text, AnswerSink sink)
    {
        if (text.IsEmpty)
        {
            return;
        }

        _isThinking = false;
        if (_answerTool is not null && !_isAnswerOpen && _finish == FinishReason.None)
        {
            _held.Write(text);
            return;
        }

        Tell(text, sink);
    }

    private void Tell(ReadOnlySpan<byte> text, AnswerSink sink)
    {
        if (_text.Length - _textLength < text.Length)
        {
            Array.Resize(ref _text, Math.Max(1024, (_textLength + text.Length) * 2));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
        sink.Text(text);
    }

    // https://ai.google.dev/gemini-api/docs/code-execution: shown in the text as fenced blocks.
    private void SayCode(ReadOnlySpan<byte> code, ReadOnlySpan<byte> output, AnswerSink sink)
    {
        if (Member(code, "code"u8) is { IsEmpty: false } program)
        {
            Say(_scratch.Join("\n```python\n"u8, program.TrimEnd("\n"u8), "\n```\n"u8), sink);
        }

        if (Member(output, "output"u8) is { IsEmpty: false } result)
        {
            Say(_scratch.Join("\n```output\n"u8, result.TrimEnd("\n"u8), "\n```\n"u8), sink);
        }
    }

    // The public API has no place for sound in a chat answer of this dialect: only pictures are passed on.
    private void ReadMedia(ReadOnlySpan<byte> json, ReadOnlySpan<byte> signature, AnswerSink sink)
    {
        var type = Member(json, "mimeType"u8);
        if (!type.StartsWith("image/"u8))
        {
            return;
        }

        _isThinking = false;
        var url = Member(json, "fileUri"u8);
        if (url.IsEmpty)
        {
            url = _scratch.Join(_scratch.Join("data:"u8, type), ";base64,"u8, Member(json, "data"u8));
        }

        if (!signature.IsEmpty)
        {
            sink.ReasoningEncrypted(_reasoning++, GeminiSignatureId.ForImage(_images, _scratch), signature);
        }

        _images++;
        sink.Image(url);
    }

    // https://ai.google.dev/gemini-api/docs/function-calling: a call comes whole; on Vertex AI, where it was asked for, piece
    // by piece, each piece but the last with willContinue, and the name in the first only.
    private void ReadCall(ReadOnlySpan<byte> json, ReadOnlySpan<byte> signature, AnswerSink sink)
    {
        ReadOnlySpan<byte> id = default, name = default, arguments = default, partial = default;
        var goesOn = false;
        var call = new JsonCursor(json);
        while (call.NextMember())
        {
            if (call.Is("id"u8))
            {
                id = _scratch.Text(call.Value);
            }
            else if (call.Is("name"u8))
            {
                name = _scratch.Text(call.Value);
            }
            else if (call.Is("args"u8))
            {
                arguments = call.Value;
            }
            else if (call.Is("partialArgs"u8))
            {
                partial = call.Value;
            }
            else if (call.Is("willContinue"u8))
            {
                goesOn = JsonScalar.IsTrue(call.Value);
            }
        }

        _isThinking = false;
        if (!name.IsEmpty)
        {
            CloseCall(sink);
            OpenCall(id, name, signature, sink);
        }
        else if (!_isCallOpen)
        {
            return;
        }

        if (arguments is [(byte)'{', ..])
        {
            Argue(Compact(arguments), sink);
            EndCall();
            return;
        }

        var entries = new JsonCursor(partial);
        while (entries.NextItem())
        {
            _arguments.Add(entries.Value, _fragment);
        }

        Argue(_fragment.WrittenSpan, sink);
        _fragment.ResetWrittenCount();
        if (!goesOn)
        {
            CloseCall(sink);
        }
    }

    private void OpenCall(ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> signature, AnswerSink sink)
    {
        _isCallOpen = true;
        _isAnswerOpen = _answerTool is not null && System.Text.Ascii.Equals(name, _answerTool);
        if (_isAnswerOpen)
        {
            // What was said before the answer is not part of it.
            _held.ResetWrittenCount();
            return;
        }

        ReleaseHeld(sink);
        var key = id.IsEmpty ? GeminiCallId.Make(_responseId, _calls, _scratch) : id;
        if (!signature.IsEmpty)
        {
            sink.ReasoningEncrypted(_reasoning++, key, signature);
        }

        sink.ToolCall(_calls++, key, name);
    }

    private void CloseCall(AnswerSink sink)
    {
        if (_isCallOpen)
        {
            _arguments.End(_fragment);
            Argue(_fragment.WrittenSpan, sink);
            _fragment.ResetWrittenCount();
            EndCall();
        }
    }

    private void EndCall()
    {
        _hasAnswered |= _isAnswerOpen;
        _isAnswerOpen = false;
        _isCallOpen = false;
    }

    private void ReleaseHeld(AnswerSink sink)
    {
        if (_held.WrittenCount > 0)
        {
            Tell(_held.WrittenSpan, sink);
            _held.ResetWrittenCount();
        }
    }

    // The arguments of the tool that stands for the answer are the answer.
    private void Argue(ReadOnlySpan<byte> fragment, AnswerSink sink)
    {
        if (_isAnswerOpen)
        {
            if (!_hasAnswered)
            {
                Say(fragment, sink);
            }
        }
        else if (!fragment.IsEmpty)
        {
            sink.ToolArguments(_calls - 1, fragment);
        }
    }

    private void EndParts(AnswerSink sink)
    {
        CloseCall(sink);
        if (!_hasAnswered)
        {
            ReleaseHeld(sink);
        }

        if (_hasSources)
        {
            _hasSources = false;
            GeminiGrounding.Report(_grounding, _text.AsSpan(0, _textLength), _scratch, sink);
            GeminiGrounding.ReportSources(_citations, _text.AsSpan(0, _textLength), _scratch, sink);
        }
    }

    private ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(json);
        while (cursor.NextMember())
        {
            if (cursor.Is(name))
            {
                return _scratch.Text(cursor.Value);
            }
        }

        return default;
    }

    // Whole answers come indented.
    private ReadOnlySpan<byte> Compact(ReadOnlySpan<byte> json)
    {
        var room = _scratch.Room(json.Length);
        var length = 0;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var value = json[i];
            if (inString && value == (byte)'\\')
            {
                room[length++] = value;
                value = json[++i];
            }
            else if (value == (byte)'"')
            {
                inString = !inString;
            }
            else if (!inString && value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                continue;
            }

            room[length++] = value;
        }

        return room[..length];
    }
}
