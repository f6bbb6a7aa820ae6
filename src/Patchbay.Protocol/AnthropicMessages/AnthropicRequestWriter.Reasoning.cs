namespace Patchbay.Protocol;

// https://docs.claude.com/en/docs/build-with-claude/extended-thinking: thinking blocks go back unmodified, signature
// included, before the text and the calls of their turn.
internal sealed partial class AnthropicRequestWriter
{
    private static bool IsOwn(ReasoningPart part) =>
        part.Kind is ReasoningKind.Text or ReasoningKind.Encrypted
        && (part.Format.IsEmpty || part.Format.Is(AnthropicDialect.Format));

    // Calls whose results are the last word: with a budget, the API wants to see the thoughts that led to them. Callers that
    // know nothing of thoughts do not send them back, and go on without.
    private bool GoesOnFromThoughtlessCalls()
    {
        var messages = _request.Messages;
        var last = messages.Count - 1;
        while (last >= 0 && messages[last].Role == CanonicalRole.Tool)
        {
            last--;
        }

        if (last < 0 || last == messages.Count - 1)
        {
            return false;
        }

        foreach (var part in messages[last].Parts)
        {
            if (part is ReasoningPart reasoning && IsOwn(reasoning)
                && (reasoning.Kind == ReasoningKind.Encrypted || !reasoning.Signature.IsEmpty))
            {
                return false;
            }
        }

        return true;
    }

    private void WriteReasoning(CanonicalMessage message)
    {
        JsonString text = default, signature = default;
        long? index = null;
        var open = false;
        foreach (var part in message.Parts)
        {
            if (part is not ReasoningPart reasoning || !IsOwn(reasoning))
            {
                continue;
            }

            // Callers may send the fragments of a stream back as they came: one block until its signature.
            if (open && (reasoning.Kind != ReasoningKind.Text || !signature.IsMissing || reasoning.Index != index))
            {
                WriteThinkingBlock(text, signature);
                (text, signature, open) = (default, default, false);
            }

            if (reasoning.Kind == ReasoningKind.Encrypted)
            {
                _json.WriteStartObject();
                _json.WriteString("type"u8, "redacted_thinking"u8);
                WriteText("data"u8, reasoning.Text);
                _json.WriteEndObject();
                continue;
            }

            open = true;
            index = reasoning.Index;
            text = JsonString.Join(text, reasoning.Text);
            signature = reasoning.Signature;
        }

        if (open)
        {
            WriteThinkingBlock(text, signature);
        }
    }

    // Thoughts without a signature are not the provider's own: it would refuse them.
    private void WriteThinkingBlock(JsonString text, JsonString signature)
    {
        if (signature.IsEmpty)
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "thinking"u8);
        WriteText("thinking"u8, text);
        WriteText("signature"u8, signature);
        _json.WriteEndObject();
    }
}
