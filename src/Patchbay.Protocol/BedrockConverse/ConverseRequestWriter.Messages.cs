using System.Text;

namespace Patchbay.Protocol;

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_SystemContentBlock.html, …/API_runtime_Message.html,
// …/API_runtime_ContentBlock.html
internal sealed partial class ConverseRequestWriter
{
    private static ReadOnlySpan<byte> JsonOnly => "Answer with a single JSON object and nothing else."u8;

    private void WriteSystem()
    {
        var open = false;
        foreach (var message in _request.Messages)
        {
            if (message.Role is CanonicalRole.System or CanonicalRole.Developer)
            {
                foreach (var part in message.Parts)
                {
                    if (part is TextPart { Text.IsBlank: false } text)
                    {
                        OpenSystem(ref open);
                        WriteTextBlock(text.Text, text.Cache);
                    }
                }
            }
        }

        if (_form == AnswerForm.Instruction)
        {
            OpenSystem(ref open);
            var schema = _request.ResponseFormat!.Schema;
            WriteTextBlock(JsonString.Of(Encoding.UTF8.GetString(JsonOnly) + (schema.IsEmpty
                ? ""
                : " It must follow this JSON schema: " + Encoding.UTF8.GetString(schema.Span))), null);
        }

        if (open)
        {
            _json.WriteEndArray();
        }
    }

    private void OpenSystem(ref bool open)
    {
        if (!open)
        {
            _json.WriteStartArray("system"u8);
            open = true;
        }
    }

    // The API wants user and assistant to take turns: what one side says in a row is one message.
    private void WriteMessages()
    {
        _json.WriteStartArray("messages"u8);
        CanonicalRole? speaker = null;
        foreach (var message in _request.Messages)
        {
            if (message.Role is CanonicalRole.System or CanonicalRole.Developer || !HasBlocks(message))
            {
                continue;
            }

            var role = message.Role == CanonicalRole.Assistant ? CanonicalRole.Assistant : CanonicalRole.User;
            if (role != speaker)
            {
                CloseMessage(speaker);
                speaker = role;
                _json.WriteStartObject();
                _json.WriteString("role"u8, role == CanonicalRole.Assistant ? "assistant"u8 : "user"u8);
                _json.WriteStartArray("content"u8);
            }

            WriteBlocks(message);
        }

        if (speaker is not null)
        {
            WriteCachePoint(_request.Cache);
        }

        CloseMessage(speaker);
        _json.WriteEndArray();
    }

    private void CloseMessage(CanonicalRole? speaker)
    {
        if (speaker is not null)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
    }

    // Blank texts are refused, and so are messages without a block.
    private static bool HasBlocks(CanonicalMessage message)
    {
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart { Text.IsBlank: false } or RefusalPart { Text.IsBlank: false }:
                case ReasoningPart { Kind: ReasoningKind.Encrypted } encrypted when IsOwn(encrypted):
                case ReasoningPart { Signature.IsEmpty: false } signed when IsOwn(signed):
                case ImagePart or FilePart or AudioPart or VideoPart or ToolCallPart or ToolResultPart:
                    return true;
            }
        }

        return false;
    }

    private void WriteBlocks(CanonicalMessage message)
    {
        WriteReasoning(message);
        var name = message is { Role: CanonicalRole.User, Name.IsEmpty: false } ? message.Name : default;
        bool hasText = false, hasDocument = false;
        foreach (var part in message.Parts)
        {
            hasText |= part is TextPart { Text.IsBlank: false };
            hasDocument |= part is FilePart;
            switch (part)
            {
                case TextPart { Text.IsBlank: false } text when !name.IsMissing:
                    // The API has no names of speakers; the text says who speaks, once.
                    WriteTextBlock(JsonString.Join(JsonString.Join(name, JsonString.Of(": ")), text.Text), text.Cache);
                    name = default;
                    break;
                case ToolCallPart call:
                    WriteToolUse(call);
                    break;
                case ToolResultPart result:
                    WriteToolResult(result);
                    break;
                default:
                    WriteBlock(part);
                    WriteCachePoint(part.Cache);
                    break;
            }
        }

        if (hasDocument && !hasText)
        {
            // A document is refused where no text stands beside it:
            // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html (content).
            WriteTextBlock(JsonString.Of("The document is attached."), null);
        }
    }

    // Without its cache point, since tool results can hold none.
    private void WriteBlock(CanonicalPart part)
    {
        switch (part)
        {
            case TextPart { Text.IsBlank: false } text:
                WriteTextBlock(text.Text, null);
                break;
            case RefusalPart { Text.IsBlank: false } refusal:
                WriteTextBlock(refusal.Text, null);
                break;
            case ImagePart image:
                WriteImage(image.Url);
                break;
            case FilePart file:
                WriteDocument(file);
                break;
            case AudioPart audio:
                WriteAudio(audio);
                break;
            case VideoPart video:
                WriteVideo(video);
                break;
        }
    }

    private void WriteTextBlock(JsonString text, CacheControl? cache)
    {
        _json.WriteStartObject();
        _json.WriteText("text"u8, text);
        _json.WriteEndObject();
        WriteCachePoint(cache);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CachePointBlock.html: a block of its own behind what
    // it is for. Five minutes are the default, and not every model knows another time.
    private void WriteCachePoint(CacheControl? cache)
    {
        if (cache is null || !_model.Caches)
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteStartObject("cachePoint"u8);
        _json.WriteString("type"u8, "default"u8);
        if (cache.Ttl == "1h")
        {
            _json.WriteString("ttl"u8, "1h"u8);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private static bool IsOwn(ReasoningPart part) =>
        part.Kind is ReasoningKind.Text or ReasoningKind.Encrypted
        && (part.Format.IsEmpty || part.Format.Is(AnthropicDialect.Format));

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html: thoughts go back
    // unmodified, signature included, before the text and the calls of their turn. Callers may send the fragments of a stream
    // back as they came: one block until its signature.
    private void WriteReasoning(CanonicalMessage message)
    {
        JsonString text = default, signature = default;
        long? index = null;
        foreach (var part in message.Parts)
        {
            if (part is not ReasoningPart reasoning || !IsOwn(reasoning))
            {
                continue;
            }

            if (reasoning.Kind != ReasoningKind.Text || !signature.IsMissing || reasoning.Index != index)
            {
                WriteThoughts(text, signature);
                (text, signature) = (default, default);
            }

            if (reasoning.Kind == ReasoningKind.Encrypted)
            {
                _json.WriteStartObject();
                _json.WriteStartObject("reasoningContent"u8);
                _json.WriteText("redactedContent"u8, reasoning.Text);
                _json.WriteEndObject();
                _json.WriteEndObject();
                continue;
            }

            index = reasoning.Index;
            text = JsonString.Join(text, reasoning.Text);
            signature = reasoning.Signature;
        }

        WriteThoughts(text, signature);
    }

    // Thoughts without a signature are not the provider's own: it would refuse them.
    private void WriteThoughts(JsonString text, JsonString signature)
    {
        if (signature.IsEmpty)
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteStartObject("reasoningContent"u8);
        _json.WriteStartObject("reasoningText"u8);
        _json.WriteText("text"u8, text);
        _json.WriteText("signature"u8, signature);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
