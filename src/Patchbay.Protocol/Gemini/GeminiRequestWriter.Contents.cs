namespace Patchbay.Protocol;

// https://ai.google.dev/api/caching#Content: the speakers are user and model, and what a function returned is said by the user.
internal sealed partial class GeminiRequestWriter
{
    private readonly List<ToolResultPart> _results = [];
    private readonly List<ToolCallPart> _calls = [];
    private JsonString _resultName;
    private Speaker _speaker;

    private enum Speaker
    {
        None,
        User,
        Model,
        Function,
    }

    // https://ai.google.dev/gemini-api/docs/text-generation#system-instructions: text only.
    private void WriteSystem()
    {
        if (_model.HasNoSystem || !HasConversation())
        {
            return;
        }

        var open = false;
        foreach (var message in _request.Messages)
        {
            if (!IsSystem(message))
            {
                continue;
            }

            foreach (var part in message.Parts)
            {
                if (part is TextPart { Text.IsBlank: false } text)
                {
                    if (!open)
                    {
                        _json.WriteStartObject("systemInstruction"u8);
                        _json.WriteStartArray("parts"u8);
                        open = true;
                    }

                    WriteTextPart(text.Text);
                }
            }
        }

        if (open)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
    }

    private void WriteContents()
    {
        var withSystem = _model.HasNoSystem || !HasConversation();
        _json.WriteStartArray("contents"u8);
        foreach (var message in _request.Messages)
        {
            if (IsSystem(message) && !withSystem)
            {
                continue;
            }

            if (message.Role == CanonicalRole.Assistant)
            {
                WriteModelTurn(message);
            }
            else
            {
                WriteUserTurn(message);
            }
        }

        WriteResults();
        Speak(Speaker.None);
        _json.WriteEndArray();
    }

    private static bool IsSystem(CanonicalMessage message) =>
        message.Role is CanonicalRole.System or CanonicalRole.Developer;

    // A request needs something that is said to the model.
    private bool HasConversation()
    {
        foreach (var message in _request.Messages)
        {
            if (!IsSystem(message) && message.Parts.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void WriteUserTurn(CanonicalMessage message)
    {
        var name = message is { Role: CanonicalRole.User, Name.IsEmpty: false } ? message.Name : default;
        foreach (var part in message.Parts)
        {
            if (part is ToolResultPart result)
            {
                _results.Add(result);
                _resultName = message.Role == CanonicalRole.Tool ? message.Name : default;
                continue;
            }

            WriteResults();
            if (part is TextPart { Text.IsBlank: false } text && !name.IsMissing)
            {
                // The API has no names of speakers; the text says who speaks, once.
                Speak(Speaker.User);
                WriteTextPart(JsonString.Join(JsonString.Join(name, JsonString.Of(": ")), text.Text));
                name = default;
            }
            else
            {
                WriteSaid(part, Speaker.User);
            }
        }
    }

    private void WriteModelTurn(CanonicalMessage message)
    {
        WriteResults();
        _calls.Clear();
        var turn = new GeminiTurn(message);
        foreach (var thought in turn.Thoughts)
        {
            Speak(Speaker.Model);
            _json.WriteStartObject();
            WriteText("text"u8, thought.Text);
            _json.WriteBoolean("thought"u8, true);
            WriteText("thoughtSignature"u8, thought.Signature);
            _json.WriteEndObject();
        }

        foreach (var text in turn.Texts)
        {
            Speak(Speaker.Model);
            WriteTextPart(text.Text, text.Signature);
        }

        foreach (var (image, signature) in turn.Images)
        {
            Speak(Speaker.Model);
            WriteMedia(image.Url, default, "image/png", signature);
        }

        foreach (var part in turn.Others)
        {
            WriteSaid(part, Speaker.Model);
        }

        foreach (var (call, signature) in turn.Calls)
        {
            Speak(Speaker.Model);
            WriteCall(call, signature, isFirst: _calls.Count == 0);
            _calls.Add(call);
        }
    }

    // What one side says in a row is one content, but responses stand alone. Opened when there is something to say: a content
    // without parts is refused.
    private void Speak(Speaker speaker)
    {
        if (_speaker == speaker)
        {
            return;
        }

        if (_speaker != Speaker.None)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _speaker = speaker;
        if (speaker != Speaker.None)
        {
            _json.WriteStartObject();
            _json.WriteString("role"u8, speaker == Speaker.Model ? "model"u8 : "user"u8);
            _json.WriteStartArray("parts"u8);
        }
    }

    private void WriteTextPart(JsonString text, JsonString signature = default)
    {
        _json.WriteStartObject();
        WriteText("text"u8, text);
        if (!signature.IsMissing)
        {
            WriteText("thoughtSignature"u8, signature);
        }

        _json.WriteEndObject();
    }

    // A call that another model made has no signature; the API has a word for such calls
    // (https://ai.google.dev/gemini-api/docs/thought-signatures#faqs). Only the first of parallel calls is signed.
    private void WriteCall(ToolCallPart call, JsonString signature, bool isFirst)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("functionCall"u8);
        WriteId(call.Id);
        WriteText("name"u8, call.Name);
        _json.WritePropertyName("args"u8);
        var arguments = JsonFragments.ObjectIn(call.Arguments);
        _json.WriteRawValue(arguments.Length == 0 ? "{}"u8 : arguments, skipInputValidation: true);
        _json.WriteEndObject();
        if (!signature.IsMissing)
        {
            WriteText("thoughtSignature"u8, signature);
        }
        else if (isFirst && _model.WantsSignatures)
        {
            _json.WriteString("thoughtSignature"u8, "skip_thought_signature_validator"u8);
        }

        _json.WriteEndObject();
    }

    private void WriteId(JsonString id)
    {
        if (!_vertex && !id.IsEmpty && !GeminiCallId.IsMadeUp(id.Inside))
        {
            WriteText("id"u8, id);
        }
    }

    // Without ids, responses belong to the calls in their order: all responses to one turn stand together, in the order in
    // which they were called.
    private void WriteResults()
    {
        if (_results.Count == 0)
        {
            return;
        }

        Speak(Speaker.None);
        Speak(Speaker.Function);
        foreach (var call in _calls)
        {
            for (var i = 0; i < _results.Count; i++)
            {
                if (_results[i].CallId.Inside.SequenceEqual(call.Id.Inside))
                {
                    WriteResult(_results[i], call.Name);
                    _results.RemoveAt(i);
                    break;
                }
            }
        }

        foreach (var result in _results)
        {
            WriteResult(result, NameOf(result));
        }

        _results.Clear();
        Speak(Speaker.None);
    }

    // A response to an earlier call, or to none that is known.
    private JsonString NameOf(ToolResultPart result)
    {
        for (var i = _request.Messages.Count - 1; i >= 0; i--)
        {
            foreach (var part in _request.Messages[i].Parts)
            {
                if (part is ToolCallPart call && call.Id.Inside.SequenceEqual(result.CallId.Inside))
                {
                    return call.Name;
                }
            }
        }

        return _resultName.IsEmpty ? result.CallId : _resultName;
    }

    // https://ai.google.dev/api/caching#FunctionResponse
    private void WriteResult(ToolResultPart result, JsonString name)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("functionResponse"u8);
        WriteId(result.CallId);
        WriteText("name"u8, name);
        _json.WritePropertyName("response"u8);
        WriteResponse(result);
        var inside = _model.HasMediaInResponses && HasInlineMedia(result);
        if (inside)
        {
            _json.WriteStartArray("parts"u8);
            foreach (var part in result.Content)
            {
                if (IsInlineMedia(part))
                {
                    WriteMediaPart(part);
                }
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        foreach (var part in result.Content)
        {
            if (part is not TextPart && !(inside && IsInlineMedia(part)))
            {
                WriteMediaPart(part);
            }
        }
    }

    // An object is the response as it is; anything else is its output, or its error.
    private void WriteResponse(ToolResultPart result)
    {
        JsonString text = default;
        foreach (var part in result.Content)
        {
            if (part is TextPart said)
            {
                text = JsonString.Join(text, said.Text);
            }
        }

        if (!result.IsError && JsonFragments.ObjectIn(text) is { Length: > 0 } response)
        {
            _json.WriteRawValue(response, skipInputValidation: true);
            return;
        }

        _json.WriteStartObject();
        WriteText(result.IsError ? "error"u8 : "output"u8, text);
        _json.WriteEndObject();
    }

    private static bool HasInlineMedia(ToolResultPart result)
    {
        foreach (var part in result.Content)
        {
            if (IsInlineMedia(part))
            {
                return true;
            }
        }

        return false;
    }

    private void WriteSaid(CanonicalPart part, Speaker speaker)
    {
        switch (part)
        {
            case TextPart text:
                if (!text.Text.IsEmpty)
                {
                    Speak(speaker);
                    WriteTextPart(text.Text);
                }

                break;
            case RefusalPart refusal:
                if (!refusal.Text.IsEmpty)
                {
                    Speak(speaker);
                    WriteTextPart(refusal.Text);
                }

                break;
            case ImagePart or FilePart or AudioPart or VideoPart:
                Speak(speaker);
                WriteMediaPart(part);
                break;
        }
    }
}
