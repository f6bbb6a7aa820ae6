using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

internal ref partial struct ChatRequestParser
{
    private enum Role : byte
    {
        Missing,
        System,
        Developer,
        User,
        Assistant,
        Tool,
    }

    private bool Messages()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return Fail("messages", "a non-empty array");
        }

        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                return Fail(MessagePath(null), "an object");
            }

            if (!Message())
            {
                return false;
            }

            _envelope.MessageCount++;
        }

        return _envelope.MessageCount > 0 || Fail("messages", "a non-empty array");
    }

    private readonly string MessagePath(string? member) =>
        member is null ? $"messages[{_envelope.MessageCount}]" : $"messages[{_envelope.MessageCount}].{member}";

    private bool Message()
    {
        _messageHash = 0;
        var role = Role.Missing;
        var hasContent = false;
        var hasCallId = false;
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(_reader, scratch);
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("role"u8):
                    if (role != Role.Missing)
                    {
                        return Duplicate(MessagePath("role"));
                    }

                    _reader.Read();
                    role = ReadRole();
                    if (role == Role.Missing)
                    {
                        return Fail(MessagePath("role"), "one of system, developer, user, assistant, tool");
                    }

                    _envelope.Traits |= TraitsOf(role, _envelope.MessageCount);
                    break;

                case 7 when name.SequenceEqual("content"u8):
                    _reader.Read();
                    hasContent |= _reader.TokenType != JsonTokenType.Null;
                    if (!Content())
                    {
                        return false;
                    }

                    break;

                case 12 when name.SequenceEqual("tool_call_id"u8):
                    _reader.Read();
                    hasCallId |= _reader.TokenType == JsonTokenType.String;
                    if (!IsOrNull(JsonTokenType.String, "tool_call_id", "a string"))
                    {
                        return false;
                    }

                    break;

                case 4 when name.SequenceEqual("name"u8):
                    if (!_reader.Read() || !IsOrNull(JsonTokenType.String, "name", "a string"))
                    {
                        return false;
                    }

                    _envelope.Traits |= ChatTraits.Names;

                    break;

                case 7 when name.SequenceEqual("refusal"u8):
                    if (!_reader.Read() || !IsOrNull(JsonTokenType.String, "refusal", "a string"))
                    {
                        return false;
                    }

                    break;

                case 9 when name.SequenceEqual("reasoning"u8):
                    if (!_reader.Read() || !IsOrNull(JsonTokenType.String, "reasoning", "a string"))
                    {
                        return false;
                    }

                    _envelope.Traits |= ChatTraits.Reasoning;

                    break;

                case 10 when name.SequenceEqual("tool_calls"u8):
                    if (!_reader.Read() || !IsOrNull(JsonTokenType.StartArray, "tool_calls", "an array"))
                    {
                        return false;
                    }

                    _envelope.Traits |= ChatTraits.ToolTurns;

                    break;

                case 17 when name.SequenceEqual("reasoning_details"u8):
                    if (!_reader.Read() || !IsOrNull(JsonTokenType.StartArray, "reasoning_details", "an array"))
                    {
                        return false;
                    }

                    _envelope.Traits |= ChatTraits.Reasoning;
                    break;

                default:
                    _envelope.Traits |= TraitOf(name);
                    _reader.Read();
                    if (!SkipValue())
                    {
                        return false;
                    }

                    break;
            }
        }

        if (role == Role.Missing)
        {
            return Fail(MessagePath("role"), "one of system, developer, user, assistant, tool");
        }

        if (!hasContent && role != Role.Assistant)
        {
            return Fail(MessagePath("content"), "a string or an array of content parts");
        }

        NoteOpening(role);
        return role != Role.Tool || hasCallId || Fail(MessagePath("tool_call_id"), "a string");
    }

    // A conversation begins with a system message, if there is one, and the first message that is none.
    private void NoteOpening(Role role)
    {
        if (_isOpened)
        {
            return;
        }

        if (role is not (Role.System or Role.Developer))
        {
            _isOpened = true;
            _envelope.OpeningHash = ContentHash.Of([(byte)role], _systemHash ^ _messageHash);
        }
        else if (_systemHash == 0)
        {
            _systemHash = ContentHash.Of("system"u8, _messageHash);
        }
    }

    private void NoteContent()
    {
        if (!_isOpened)
        {
            _messageHash = ContentHash.Of(_reader.ValueSpan, _messageHash);
        }
    }

    private static ChatTraits TraitsOf(Role role, int index) => role switch
    {
        Role.Tool => ChatTraits.ToolTurns,
        Role.System or Role.Developer when index > 0 => ChatTraits.LaterSystem,
        _ => ChatTraits.None,
    };

    private static ChatTraits TraitOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        6 when name.SequenceEqual("images"u8) => ChatTraits.AnswerMembers,
        11 when name.SequenceEqual("annotations"u8) => ChatTraits.AnswerMembers,
        13 when name.SequenceEqual("cache_control"u8) => ChatTraits.CacheControl,
        17 when name.SequenceEqual("reasoning_content"u8) => ChatTraits.Reasoning,
        _ => ChatTraits.None,
    };

    private bool IsOrNull(JsonTokenType type, string member, string expected) =>
        _reader.TokenType == type || _reader.TokenType == JsonTokenType.Null
            ? SkipValue()
            : Fail(MessagePath(member), expected);

    private Role ReadRole()
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Role.Missing;
        }

        Span<byte> scratch = stackalloc byte[16];
        var word = JsonText.Text(_reader, scratch);
        if (word.SequenceEqual("user"u8))
        {
            return Role.User;
        }

        if (word.SequenceEqual("assistant"u8))
        {
            return Role.Assistant;
        }

        if (word.SequenceEqual("system"u8))
        {
            return Role.System;
        }

        if (word.SequenceEqual("tool"u8))
        {
            return Role.Tool;
        }

        if (word.SequenceEqual("developer"u8))
        {
            _envelope.DeveloperRoles.Add((int)_reader.TokenStartIndex);
            _envelope.DeveloperRoles.Add((int)_reader.BytesConsumed);
            return Role.Developer;
        }

        return Role.Missing;
    }

    private bool Content()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String:
                _envelope.Input |= Modalities.Text;
                NoteContent();
                return true;
            case JsonTokenType.StartArray:
                for (var i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    if (_reader.TokenType != JsonTokenType.StartObject)
                    {
                        return Fail(MessagePath($"content[{i}]"), "an object");
                    }

                    if (!Part(i))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return Fail(MessagePath("content"), "a string or an array of content parts");
        }
    }

    private enum PartKind : byte
    {
        Missing,
        Text,
        Image,
        Audio,
        Video,
        File,
        Other,
    }

    // One content part. The member that a part of its type must have may stand before or after the type.
    private bool Part(int index)
    {
        var kind = PartKind.Missing;
        var present = 0;
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(_reader, scratch);
            var isType = name.SequenceEqual("type"u8);
            var payload = isType ? PartKind.Missing : KindOf(name);
            _reader.Read();
            if (isType)
            {
                if (_reader.TokenType != JsonTokenType.String)
                {
                    return Fail(MessagePath($"content[{index}].type"), "a string");
                }

                kind = KindOf(JsonText.Text(_reader, scratch));
            }
            else if (payload == PartKind.Other)
            {
                _envelope.Traits |= TraitOf(name);
                if (!SkipValue())
                {
                    return false;
                }
            }
            else if (_reader.TokenType == JsonTokenType.String)
            {
                // Text, or the short form of an image's address.
                present |= 1 << (int)payload;
                _envelope.MediaBytes += payload == PartKind.Text ? 0 : _reader.ValueSpan.Length;
                NoteContent();
            }
            else if (_reader.TokenType == JsonTokenType.StartObject && payload != PartKind.Text)
            {
                present |= 1 << (int)payload;
                if (!Media(index, payload))
                {
                    return false;
                }
            }
            else if (_reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }
            else
            {
                return Fail(MessagePath($"content[{index}].{NameOf(payload)}"), Expected(payload));
            }
        }

        if (kind == PartKind.Missing)
        {
            return Fail(MessagePath($"content[{index}].type"), "a string");
        }

        if (kind != PartKind.Other && (present & (1 << (int)kind)) == 0)
        {
            return Fail(MessagePath($"content[{index}].{NameOf(kind)}"), Expected(kind));
        }

        Count(kind);
        return true;
    }

    private readonly void Count(PartKind kind)
    {
        _envelope.ImageCount += kind == PartKind.Image ? 1 : 0;
        _envelope.Input |= kind switch
        {
            PartKind.Text => Modalities.Text,
            PartKind.Image => Modalities.Image,
            PartKind.Audio => Modalities.Audio,
            PartKind.Video => Modalities.Video,
            PartKind.File => Modalities.File,
            _ => Modalities.None,
        };
    }

    private bool Media(int index, PartKind kind)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUrl = _reader.ValueTextEquals("url"u8);
            var isPayload = isUrl || _reader.ValueTextEquals("data"u8) || _reader.ValueTextEquals("file_data"u8);
            _reader.Read();
            if (isPayload && _reader.TokenType == JsonTokenType.String)
            {
                _envelope.MediaBytes += _reader.ValueSpan.Length;
                NoteContent();
            }
            else if (isUrl && kind is PartKind.Image or PartKind.Video)
            {
                return Fail(MessagePath($"content[{index}].{NameOf(kind)}.url"), "a string");
            }

            if (!SkipValue())
            {
                return false;
            }
        }

        return true;
    }

    private static PartKind KindOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when name.SequenceEqual("text"u8) => PartKind.Text,
        4 when name.SequenceEqual("file"u8) => PartKind.File,
        9 when name.SequenceEqual("image_url"u8) => PartKind.Image,
        9 when name.SequenceEqual("video_url"u8) => PartKind.Video,
        11 when name.SequenceEqual("input_video"u8) => PartKind.Video,
        11 when name.SequenceEqual("input_audio"u8) => PartKind.Audio,
        _ => PartKind.Other,
    };

    private static string NameOf(PartKind kind) => kind switch
    {
        PartKind.Image => "image_url",
        PartKind.Audio => "input_audio",
        PartKind.Video => "video_url",
        PartKind.File => "file",
        _ => "text",
    };

    private static string Expected(PartKind kind) => kind == PartKind.Text ? "a string" : "an object";
}
