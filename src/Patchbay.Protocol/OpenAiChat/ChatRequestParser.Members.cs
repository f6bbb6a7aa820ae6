using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

internal ref partial struct ChatRequestParser
{
    private bool Special(RequestMember member, string name) => member switch
    {
        RequestMember.Messages => Messages(),
        RequestMember.Models => Models(),
        RequestMember.Tools => Tools(),
        RequestMember.Provider => Provider(),
        RequestMember.Stop => Stop(),
        RequestMember.StreamOptions => StreamOptions(),
        RequestMember.ResponseFormat => ResponseFormat(),
        RequestMember.ToolChoice => ToolChoice(),
        RequestMember.Reasoning => Reasoning(),
        RequestMember.ReasoningEffort => TryOneOf(name, Efforts, out _effortMember),
        RequestMember.Verbosity => TryOneOf(name, Verbosities, out _),
        RequestMember.Modalities => OutputModalities(),
        RequestMember.LogitBias => LogitBias(),
        RequestMember.Metadata => Metadata(),
        RequestMember.Plugins => Plugins(),
        RequestMember.Route => Route(),
        RequestMember.Transforms => Strings(name, 100, out _),
        _ => _reader.TokenType == JsonTokenType.StartArray ? SkipValue() : Fail(name, "an array"),
    };

    private bool TryOneOf(string path, string[] words, out string? word)
    {
        word = null;
        if (_reader.TokenType == JsonTokenType.String)
        {
            foreach (var candidate in words)
            {
                if (_reader.ValueTextEquals(candidate))
                {
                    word = candidate;
                    return true;
                }
            }
        }

        return Fail(path, $"one of {string.Join(", ", words)}");
    }

    // A list of strings, none of them empty.
    private bool Strings(string path, int most, out List<string> values)
    {
        values = [];
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return Fail(path, "an array of strings");
        }

        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.String || _reader.ValueSpan.IsEmpty)
            {
                return Fail($"{path}[{values.Count}]", "a non-empty string");
            }

            if (values.Count == most)
            {
                return Fail(path, $"at most {most} entries");
            }

            values.Add(JsonText.String(_reader));
        }

        return true;
    }

    private bool Models()
    {
        if (!Strings("models", 100, out var models))
        {
            return false;
        }

        foreach (var model in models)
        {
            if (!_envelope.Models.Contains(model))
            {
                _envelope.Models.Add(model);
            }
        }

        return true;
    }

    private bool Stop() =>
        _reader.TokenType == JsonTokenType.String
        || (_reader.TokenType == JsonTokenType.StartArray
            ? Strings("stop", 4, out _)
            : Fail("stop", "a string or an array of at most 4 strings"));

    private bool StreamOptions()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("stream_options", "an object");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = _reader.ValueTextEquals("include_usage"u8);
            _reader.Read();
            if (!isUsage)
            {
                if (!SkipValue())
                {
                    return false;
                }

                continue;
            }

            if (!TryBoolean(out _) && _reader.TokenType != JsonTokenType.Null)
            {
                return Fail("stream_options.include_usage", "a boolean");
            }

            if (_envelope.IncludeUsage.End > 0)
            {
                return Duplicate("stream_options.include_usage");
            }

            _envelope.IncludeUsage = ((int)_reader.TokenStartIndex, (int)_reader.BytesConsumed);
        }

        return true;
    }

    private bool ResponseFormat()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("response_format", "an object");
        }

        var hasType = false;
        var hasSchema = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = _reader.ValueTextEquals("type"u8);
            var isSchema = _reader.ValueTextEquals("json_schema"u8);
            _reader.Read();
            if (isType)
            {
                if (!TryOneOf("response_format.type", FormatTypes, out var type))
                {
                    return false;
                }

                hasType = true;
                _envelope.WantsJsonSchema = type == "json_schema";
            }
            else if (isSchema && _reader.TokenType != JsonTokenType.Null)
            {
                hasSchema = true;
                if (!NamedObject("response_format.json_schema"))
                {
                    return false;
                }
            }
            else if (!SkipValue())
            {
                return false;
            }
        }

        if (!hasType)
        {
            return Fail("response_format.type", $"one of {string.Join(", ", FormatTypes)}");
        }

        return !_envelope.WantsJsonSchema || hasSchema || Fail("response_format.json_schema", "an object");
    }

    private static readonly string[] FormatTypes = ["text", "json_object", "json_schema", "grammar", "python"];

    // An object with a name of 1 to 64 characters: a function or a schema.
    private bool NamedObject(string path)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(path, "an object");
        }

        var hasName = false;
        var isFunction = path.EndsWith("function", StringComparison.Ordinal);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = _reader.ValueTextEquals("name"u8);
            var isObject = _reader.ValueTextEquals("parameters"u8) || _reader.ValueTextEquals("schema"u8);
            _envelope.Traits |= isFunction && _reader.ValueTextEquals("strict"u8) ? ChatTraits.Strict : ChatTraits.None;
            _reader.Read();
            if (isName)
            {
                hasName = _reader.TokenType == JsonTokenType.String && JsonText.String(_reader).Length is >= 1 and <= 64;
                if (!hasName)
                {
                    break;
                }
            }
            else if (isObject && _reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            {
                return Fail(isFunction ? $"{path}.parameters" : $"{path}.schema",
                    "an object");
            }
            else if (!SkipValue())
            {
                return false;
            }
        }

        return hasName || Fail($"{path}.name", "a string of 1 to 64 characters");
    }

    private bool Tools()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return Fail("tools", "an array");
        }

        var count = 0;
        for (; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                return Fail($"tools[{count}]", "an object");
            }

            var hasType = false;
            var isFunctionType = false;
            var hasFunction = false;
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = _reader.ValueTextEquals("type"u8);
                var isFunction = _reader.ValueTextEquals("function"u8);
                _envelope.Traits |= _reader.ValueTextEquals("cache_control"u8) ? ChatTraits.CacheControl : ChatTraits.None;
                _reader.Read();
                if (isType && _reader.TokenType == JsonTokenType.String)
                {
                    hasType = true;
                    isFunctionType = _reader.ValueTextEquals("function"u8);
                    _envelope.NamesFusion |= !isFunctionType && _reader.ValueTextEquals("openrouter:fusion"u8);
                }

                hasFunction |= isFunction;
                if (isFunction ? !NamedObject($"tools[{count}].function") : !SkipValue())
                {
                    return false;
                }
            }

            if (!hasType)
            {
                return Fail($"tools[{count}].type", "a string");
            }

            if (isFunctionType && !hasFunction)
            {
                return Fail($"tools[{count}].function", "an object");
            }
        }

        _envelope.WantsTools = count > 0;
        _envelope.Used = count > 0 ? _envelope.Used : _envelope.Used & ~Parameters.Tools;
        return true;
    }

    private static readonly string[] ToolChoices = ["none", "auto", "required"];

    private bool ToolChoice()
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            return SkipValue();
        }

        return _reader.TokenType == JsonTokenType.String && TryOneOf("tool_choice", ToolChoices, out _)
            ? true
            : Fail("tool_choice", "one of none, auto, required, or an object");
    }

    private bool Reasoning()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("reasoning", "an object");
        }

        string? effort = null;
        bool? enabled = null;
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(_reader, scratch);
            var isEffort = name.SequenceEqual("effort"u8);
            var isBudget = name.SequenceEqual("max_tokens"u8);
            var isExclude = name.SequenceEqual("exclude"u8);
            var isEnabled = name.SequenceEqual("enabled"u8);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null || !(isEffort || isBudget || isExclude || isEnabled))
            {
                if (!SkipValue())
                {
                    return false;
                }
            }
            else if (isEffort)
            {
                if (!TryOneOf("reasoning.effort", Efforts, out effort))
                {
                    return false;
                }
            }
            else if (isBudget)
            {
                if (!TryInteger(0, 9e15, out var budget))
                {
                    return Fail("reasoning.max_tokens", "an integer of at least 0");
                }

                _envelope.ReasoningMaxTokens = budget;
            }
            else if (!TryBoolean(out var flag))
            {
                return Fail(isExclude ? "reasoning.exclude" : "reasoning.enabled", "a boolean");
            }
            else if (isExclude)
            {
                _envelope.ExcludeReasoning |= flag;
            }
            else
            {
                enabled = flag;
            }
        }

        if (effort is not null && _envelope.ReasoningMaxTokens is not null)
        {
            return Fail("reasoning", "only one of 'effort' and 'max_tokens'");
        }

        _envelope.ReasoningEffort = effort ?? enabled switch
        {
            true when _envelope.ReasoningMaxTokens is null => "medium",
            false => "none",
            _ => null,
        };
        return true;
    }

    private static readonly string[] OutputWords = ["text", "image", "audio"];

    private bool OutputModalities()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return Fail("modalities", "an array");
        }

        var output = Modalities.None;
        for (var i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (!TryOneOf($"modalities[{i}]", OutputWords, out var word))
            {
                return false;
            }

            output |= word switch
            {
                "image" => Modalities.Image,
                "audio" => Modalities.Audio,
                _ => Modalities.Text,
            };
        }

        _envelope.Output = output == Modalities.None ? Modalities.Text : output;
        return true;
    }

    private bool LogitBias()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("logit_bias", "an object");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = JsonText.String(_reader);
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetDouble(out var bias) || bias is not (>= -100 and <= 100))
            {
                return Fail($"logit_bias.{Short(token)}", "a number between -100 and 100");
            }
        }

        return true;
    }

    private bool Metadata()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("metadata", "an object");
        }

        for (var i = 0; _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName; i++)
        {
            var key = JsonText.String(_reader);
            if (i == 16 || key.Length > 64)
            {
                return Fail("metadata", "at most 16 members with names of at most 64 characters");
            }

            _reader.Read();
            if (_reader.TokenType != JsonTokenType.String || JsonText.String(_reader).Length > 512)
            {
                return Fail($"metadata.{key}", "a string of at most 512 characters");
            }
        }

        return true;
    }

    private static readonly string[] Routes = ["fallback", "sort"];

    private bool Route()
    {
        if (!TryOneOf("route", Routes, out var route))
        {
            return false;
        }

        _route = route == "sort" ? SortPartition.None : SortPartition.Model;
        return true;
    }

    private static string Short(string name) => name.Length > 64 ? name[..64] : name;
}
