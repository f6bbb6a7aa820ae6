using System.Text.Json;

namespace Patchbay.Protocol;

public static partial class CanonicalChatReader
{
    private static void ReadMessages(ref JsonSource source, CanonicalRequest request)
    {
        if (!source.OpenArray())
        {
            return;
        }

        request.Messages.Clear();
        request.IsPrompt = false;
        while (source.NextItem())
        {
            if (ReadMessage(source.Json()) is { } message)
            {
                request.Messages.Add(message);
            }
        }
    }

    private static CanonicalMessage? ReadMessage(ReadOnlyMemory<byte> json)
    {
        // The role may stand behind what it gives a meaning to.
        if (json.IsEmpty || json.Span[0] != (byte)'{' || RoleOf(json) is not { } role)
        {
            return null;
        }

        var message = new CanonicalMessage(role);
        var content = new List<CanonicalPart>();
        var calls = new List<CanonicalPart>();
        JsonString callId = default;
        var isError = false;
        var source = new JsonSource(json);
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "role": source.Skip(); break;
                case "name": message.Name = source.Text(); break;
                case "content": ReadContent(ref source, content); break;
                case "refusal" when role == CanonicalRole.Assistant: AddRefusal(source.Text(), content); break;
                case "reasoning" or "reasoning_content" when role == CanonicalRole.Assistant:
                    message.PlainReasoning = Either(message.PlainReasoning, source.Text());
                    break;
                case "reasoning_details" when role == CanonicalRole.Assistant: ReadDetails(ref source, message.Parts); break;
                case "tool_calls" when role == CanonicalRole.Assistant: ReadCalls(ref source, calls); break;
                case "images" when role == CanonicalRole.Assistant: ReadContent(ref source, content); break;
                case "tool_call_id": callId = source.Text(); break;
                case "is_error": isError = source.Flag() ?? false; break;
                default: message.Extensions.Add(source.Member(name)); break;
            }
        }

        if (role == CanonicalRole.Tool)
        {
            var result = new ToolResultPart(callId) { IsError = isError };
            result.Content.AddRange(content);
            message.Parts.Add(result);
            return message;
        }

        message.Parts.AddRange(content);
        message.Parts.AddRange(calls);
        return message;
    }

    private static CanonicalRole? RoleOf(ReadOnlyMemory<byte> json)
    {
        CanonicalRole? role = null;
        var source = new JsonSource(json);
        while (source.NextMember(out var name))
        {
            if (name == "role")
            {
                role = source.Word() switch
                {
                    "system" => CanonicalRole.System,
                    "developer" => CanonicalRole.Developer,
                    "user" => CanonicalRole.User,
                    "assistant" => CanonicalRole.Assistant,
                    "tool" or "function" => CanonicalRole.Tool,
                    _ => null,
                };
            }
            else
            {
                source.Skip();
            }
        }

        return role;
    }

    private static JsonString Either(JsonString first, JsonString second) => first.IsMissing ? second : first;

    private static void AddRefusal(JsonString text, List<CanonicalPart> parts)
    {
        if (!text.IsMissing)
        {
            parts.Add(new RefusalPart(text));
        }
    }

    private static void ReadContent(ref JsonSource source, List<CanonicalPart> parts)
    {
        if (source.Token == JsonTokenType.String)
        {
            parts.Add(new TextPart(source.Text()));
            return;
        }

        if (!source.OpenArray())
        {
            return;
        }

        while (source.NextItem())
        {
            if (source.Token == JsonTokenType.String)
            {
                parts.Add(new TextPart(source.Text()));
            }
            else if (source.Json() is { IsEmpty: false } json)
            {
                parts.Add(ReadPart(json));
            }
        }
    }

    private static CanonicalPart ReadPart(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        if (!source.OpenObject())
        {
            return new OpaquePart(json);
        }

        var fields = default(PartFields);
        var extensions = new List<RawMember>();
        CacheControl? cache = null;
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "type": fields.Type = source.Word(); break;
                case "text": fields.Text = source.Text(); break;
                case "refusal": fields.Refusal = source.Text(); break;
                case "cache_control": cache = ReadCache(ref source); break;
                case "image_url" or "video_url" or "input_audio" or "file": ReadMedia(ref source, ref fields); break;
                default: extensions.Add(source.Member(name)); break;
            }
        }

        CanonicalPart? part = fields.Type switch
        {
            "text" or "input_text" when !fields.Text.IsMissing => new TextPart(fields.Text),
            "refusal" when !fields.Refusal.IsMissing => new RefusalPart(fields.Refusal),
            "image_url" when !fields.Url.IsMissing => new ImagePart(fields.Url) { Detail = fields.Detail },
            "video_url" when !fields.Url.IsMissing => new VideoPart(fields.Url),
            "input_audio" when !fields.Data.IsMissing => new AudioPart(fields.Data, fields.Format),
            "file" when !(fields.Data.IsMissing && fields.FileId.IsMissing) =>
                new FilePart { Name = fields.Name, Data = fields.Data, FileId = fields.FileId },
            _ => null,
        };
        if (part is null)
        {
            return new OpaquePart(json) { Cache = cache };
        }

        part.Cache = cache;
        part.Extensions.AddRange(extensions);
        return part;
    }

    // The inner object of a media part; some clients write an address in its place.
    private static void ReadMedia(ref JsonSource source, ref PartFields fields)
    {
        if (source.Token == JsonTokenType.String)
        {
            fields.Url = source.Text();
            return;
        }

        if (!source.OpenObject())
        {
            return;
        }

        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "url": fields.Url = source.Text(); break;
                case "detail": fields.Detail = source.Text(); break;
                case "data" or "file_data": fields.Data = source.Text(); break;
                case "format": fields.Format = source.Text(); break;
                case "filename": fields.Name = source.Text(); break;
                case "file_id": fields.FileId = source.Text(); break;
                default: source.Skip(); break;
            }
        }
    }

    private static void ReadDetails(ref JsonSource source, List<CanonicalPart> parts)
    {
        if (!source.OpenArray())
        {
            return;
        }

        while (source.NextItem())
        {
            if (source.Json() is { IsEmpty: false } json && json.Span[0] == (byte)'{')
            {
                parts.Add(ReadDetail(json));
            }
        }
    }

    private static ReasoningPart ReadDetail(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        string? type = null;
        JsonString text = default, summary = default, data = default, signature = default, format = default, id = default;
        long? index = null;
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "type": type = source.Word(); break;
                case "text": text = source.Text(); break;
                case "summary": summary = source.Text(); break;
                case "data": data = source.Text(); break;
                case "signature": signature = source.Text(); break;
                case "format": format = source.Text(); break;
                case "id": id = source.Text(); break;
                case "index": index = source.Whole(); break;
                default: source.Skip(); break;
            }
        }

        var kind = type switch
        {
            "reasoning.text" => ReasoningKind.Text,
            "reasoning.summary" => ReasoningKind.Summary,
            "reasoning.encrypted" => ReasoningKind.Encrypted,
            _ => ReasoningKind.Other,
        };
        return new ReasoningPart(kind)
        {
            Text = kind switch { ReasoningKind.Summary => summary, ReasoningKind.Encrypted => data, _ => text },
            Signature = signature,
            Format = format,
            Id = id,
            Index = index,
            Json = json,
        };
    }

    private static void ReadCalls(ref JsonSource source, List<CanonicalPart> calls)
    {
        if (!source.OpenArray())
        {
            return;
        }

        while (source.NextItem())
        {
            if (source.Json() is { IsEmpty: false } json && json.Span[0] == (byte)'{')
            {
                calls.Add(ReadCall(json));
            }
        }
    }

    private static CanonicalPart ReadCall(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        JsonString id = default, function = default, arguments = default;
        CacheControl? cache = null;
        var extensions = new List<RawMember>();
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "id": id = source.Text(); break;
                case "type" or "index": source.Skip(); break;
                case "cache_control": cache = ReadCache(ref source); break;
                case "function" when source.OpenObject():
                    while (source.NextMember(out var inner))
                    {
                        switch (inner)
                        {
                            case "name": function = source.Text(); break;
                            case "arguments": arguments = source.Text(); break;
                            default: source.Skip(); break;
                        }
                    }

                    break;
                case "function": break;
                default: extensions.Add(source.Member(name)); break;
            }
        }

        if (function.IsMissing)
        {
            return new OpaquePart(json);
        }

        var call = new ToolCallPart(id, function, arguments) { Cache = cache };
        call.Extensions.AddRange(extensions);
        return call;
    }

    private struct PartFields
    {
        public string? Type;
        public JsonString Text;
        public JsonString Refusal;
        public JsonString Url;
        public JsonString Detail;
        public JsonString Data;
        public JsonString Format;
        public JsonString Name;
        public JsonString FileId;
    }
}
