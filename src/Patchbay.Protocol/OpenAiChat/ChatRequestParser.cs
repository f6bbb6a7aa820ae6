using System.Globalization;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The pass of <see cref="ChatRequestReader"/> over the top-level members. Every method returns false after it
/// has set <see cref="Error"/>, and otherwise leaves the reader on the last token of what it read.</summary>
internal ref partial struct ChatRequestParser
{
    private const int ListedNames = 32;
    private const int MostMembers = 1000;

    private static readonly string[] Efforts = ["max", "xhigh", "high", "medium", "low", "minimal", "none"];
    private static readonly string[] Verbosities = ["low", "medium", "high", "xhigh", "max"];

    private readonly ReadOnlySpan<byte> _body;
    private readonly RequestEnvelope _envelope;
    private Utf8JsonReader _reader;
    private ulong _seen;
    private HashSet<string>? _otherNames;
    private SortPartition? _route;
    private long? _maxTokens;
    private long? _maxCompletionTokens;
    private string? _effortMember;
    private ulong _systemHash;
    private ulong _messageHash;
    private bool _isOpened;

    public ChatRequestParser(ReadOnlySpan<byte> body, RequestEnvelope envelope)
    {
        _body = body;
        _envelope = envelope;
        _reader = new Utf8JsonReader(body, JsonText.Strict);
    }

    public GatewayError? Error { get; private set; }

    /// <summary>After an exception: the reader stopped before one more level.</summary>
    public readonly bool IsTooDeep
    {
        get
        {
            var rest = _body[(int)Math.Min(_reader.BytesConsumed, _body.Length)..].TrimStart(" \t\r\n,:"u8);
            return _reader.CurrentDepth >= JsonText.MaxDepth - 1 && !rest.IsEmpty && rest[0] is (byte)'{' or (byte)'[';
        }
    }

    public bool Parse()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            Error = new GatewayError(GatewayErrorKind.InvalidRequest, "The request body must be a JSON object.");
            return false;
        }

        if (!Members() || _reader.Read())
        {
            return false;
        }

        return Conclude();
    }

    private bool Members()
    {
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        Span<Range> others = stackalloc Range[ListedNames];
        var otherCount = 0;
        var end = (int)_reader.BytesConsumed;
        var last = RequestMember.Unknown;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)_reader.TokenStartIndex;
            if (last != RequestMember.Unknown)
            {
                LastMark().NextStart = nameStart;
            }

            last = RequestMembers.Find(JsonText.Text(_reader, scratch));
            if (last == RequestMember.Unknown)
            {
                if (!NoteOther(others, ref otherCount) || !ReadValue() || !SkipValue())
                {
                    return false;
                }

                end = (int)_reader.BytesConsumed;
            }
            else
            {
                if ((_seen & (1UL << (int)last)) != 0)
                {
                    return Duplicate(RequestMembers.Rule(last).Name);
                }

                _seen |= 1UL << (int)last;
                ref var mark = ref _envelope.AddMark();
                mark.Member = last;
                mark.Index = _envelope.MemberTotal;
                mark.PreviousEnd = end;
                mark.NameStart = nameStart;
                ReadValue();
                mark.ValueStart = (int)_reader.TokenStartIndex;
                if (!Member(last))
                {
                    return false;
                }

                end = (int)_reader.BytesConsumed;
                mark.ValueEnd = end;
                mark.NextStart = end;
                if (last is RequestMember.Messages or RequestMember.Tools or RequestMember.Prompt
                    or RequestMember.ResponseFormat)
                {
                    _envelope.PromptBytes += end - mark.ValueStart;
                }
            }

            _envelope.MemberTotal++;
        }

        _envelope.LastEnd = end;
        return true;
    }

    private readonly ref RequestMark LastMark() =>
        ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_envelope.Marks[^1..]);

    // Names that are not documented are compared too. Few are compared in place, many by a set, so that time stays
    // linear.
    private bool NoteOther(scoped Span<Range> others, ref int count)
    {
        if (_envelope.MemberTotal >= MostMembers)
        {
            Error = new GatewayError(
                GatewayErrorKind.InvalidRequest, $"The request body has more than {MostMembers} members.");
            return false;
        }

        var start = (int)_reader.TokenStartIndex + 1;
        var range = start..(start + _reader.ValueSpan.Length);
        if (_otherNames is null && count < others.Length && !_reader.ValueIsEscaped)
        {
            foreach (var other in others[..count])
            {
                if (_body[other].SequenceEqual(_reader.ValueSpan))
                {
                    return Duplicate(JsonText.String(_reader));
                }
            }

            others[count++] = range;
            return true;
        }

        if (_otherNames is null)
        {
            _otherNames = [];
            foreach (var other in others[..count])
            {
                _otherNames.Add(System.Text.Encoding.UTF8.GetString(_body[other]));
            }
        }

        var name = JsonText.String(_reader);
        return _otherNames.Add(name) || Duplicate(name);
    }

    private bool Duplicate(string name)
    {
        name = name.Length > 64 ? name[..64] : name;
        Error = new GatewayError(GatewayErrorKind.InvalidRequest, $"The member '{name}' occurs more than once.")
        {
            Parameter = name,
        };
        return false;
    }

    // Moves from a name to its value.
    private bool ReadValue() => _reader.Read();

    private bool Member(RequestMember member)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        var rule = RequestMembers.Rule(member);
        _envelope.Used |= rule.Parameter;
        switch (rule.Shape)
        {
            case MemberShape.Number:
                return _reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var number)
                    && number >= rule.Min && number <= rule.Max
                    ? true
                    : Fail(rule.Name, Number("a number", rule));
            case MemberShape.Integer:
                return TryInteger(rule.Min, rule.Max, out var integer)
                    ? Keep(member, integer)
                    : Fail(rule.Name, Number("an integer", rule));
            case MemberShape.Boolean:
                return TryBoolean(out var flag) ? Keep(member, flag) : Fail(rule.Name, "a boolean");
            case MemberShape.String:
                return KeepString(member, rule);
            case MemberShape.Object:
                return _reader.TokenType == JsonTokenType.StartObject ? SkipValue() : Fail(rule.Name, "an object");
            case MemberShape.Special:
            default:
                return Special(member, rule.Name);
        }
    }

    private bool Keep(RequestMember member, long value)
    {
        switch (member)
        {
            case RequestMember.N:
                _envelope.Choices = (int)value;
                break;
            case RequestMember.MaxTokens:
                _maxTokens = value;
                break;
            case RequestMember.MaxCompletionTokens:
                _maxCompletionTokens = value;
                break;
            default:
                break;
        }

        return true;
    }

    private bool Keep(RequestMember member, bool value)
    {
        if (member == RequestMember.Stream)
        {
            _envelope.Stream = value;
        }
        else if (member == RequestMember.IncludeReasoning)
        {
            _envelope.ExcludeReasoning |= !value;
        }

        return true;
    }

    private bool KeepString(RequestMember member, RequestMemberRule rule)
    {
        var isKept = member != RequestMember.Prompt;
        var text = isKept && _reader.TokenType == JsonTokenType.String ? JsonText.String(_reader) : string.Empty;
        if (_reader.TokenType != JsonTokenType.String || (isKept && (text.Length < rule.Min || text.Length > rule.Max)))
        {
            return Fail(rule.Name, rule.Max > 1024
                ? "a string"
                : string.Create(CultureInfo.InvariantCulture, $"a string of {rule.Min} to {rule.Max} characters"));
        }

        switch (member)
        {
            case RequestMember.Model:
                _envelope.Model = text;
                break;
            case RequestMember.Preset:
                _envelope.Preset = text;
                break;
            case RequestMember.ServiceTier:
                _envelope.ServiceTier = text;
                break;
            case RequestMember.PromptCacheKey:
                _envelope.PromptCacheKey = text;
                break;
            case RequestMember.SessionId:
                _envelope.SessionId = text;
                break;
            case RequestMember.User:
                _envelope.User = text;
                break;
            case RequestMember.Prompt:
                _envelope.Input |= Modalities.Text;
                break;
            default:
                break;
        }

        return true;
    }

    // What can only be said when all members are known.
    private bool Conclude()
    {
        var envelope = _envelope;
        if (envelope.MessageCount == 0 && (_seen & (1UL << (int)RequestMember.Messages)) != 0
            && envelope.Input == Modalities.None)
        {
            return Fail("messages", "a non-empty array");
        }

        if (envelope.MessageCount == 0 && (envelope.Input & Modalities.Text) == 0)
        {
            Error = new GatewayError(
                GatewayErrorKind.InvalidRequest, "Missing required parameter: 'messages' (or 'prompt').")
            {
                Parameter = "messages",
            };
            return false;
        }

        if (_effortMember is not null)
        {
            if (envelope.ReasoningEffort is { } effort && effort != _effortMember)
            {
                return Fail("reasoning_effort", "the same value as 'reasoning.effort'");
            }

            envelope.ReasoningEffort = _effortMember;
            envelope.HasEffortMember = true;
        }

        if (envelope.Model is { } model)
        {
            envelope.Models.Remove(model);
            envelope.Models.Insert(0, model);
        }

        // Which of the two a provider honours is its own business: credit is held for the larger.
        envelope.MaxOutputTokens = _maxTokens > _maxCompletionTokens ? _maxTokens : _maxCompletionTokens ?? _maxTokens;
        if (_route is not null)
        {
            envelope.Provider ??= new ProviderPreferences();
            if (envelope.Provider.Partition is null)
            {
                envelope.Provider = envelope.Provider with { Partition = _route };
            }
        }

        return true;
    }

    private bool Fail(string path, string expected)
    {
        Error = new GatewayError(GatewayErrorKind.InvalidRequest, $"Invalid value for '{path}': expected {expected}.")
        {
            Parameter = path,
        };
        return false;
    }

    private static string Number(string noun, RequestMemberRule rule)
    {
        if (rule.Min < -1e15)
        {
            return noun;
        }

        return rule.Max > 1e15
            ? string.Create(CultureInfo.InvariantCulture, $"{noun} of at least {rule.Min}")
            : string.Create(CultureInfo.InvariantCulture, $"{noun} between {rule.Min} and {rule.Max}");
    }

    private readonly bool TryInteger(double min, double max, out long value)
    {
        value = 0;
        if (_reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        if (!_reader.TryGetInt64(out value))
        {
            if (!_reader.TryGetDouble(out var real) || real != Math.Truncate(real) || Math.Abs(real) > 9e15)
            {
                return false;
            }

            value = (long)real;
        }

        return value >= min && value <= max;
    }

    private readonly bool TryBoolean(out bool value)
    {
        value = _reader.TokenType == JsonTokenType.True;
        return value || _reader.TokenType == JsonTokenType.False;
    }

    // Passes over a value. Numbers that no double holds are refused wherever they stand.
    private bool SkipValue()
    {
        var depth = _reader.CurrentDepth;
        while (true)
        {
            if (_reader.TokenType == JsonTokenType.Number && !JsonText.IsFinite(_reader))
            {
                Error = new GatewayError(GatewayErrorKind.InvalidRequest, "The request body holds a number out of range.");
                return false;
            }

            if (_reader.CurrentDepth <= depth
                && _reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                return true;
            }

            _reader.Read();
        }
    }
}
