using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes the body for an endpoint that speaks the same dialect as the caller.</summary>
public static class ChatRequestWriter
{
    /// <summary>Copies the body with the edits made and the members that are meant for the gateway left out. Every other
    /// byte, whitespace and order included, is the caller's.</summary>
    /// <param name="body">The body that <paramref name="envelope"/> was read from.</param>
    /// <param name="envelope">The result of a successful <see cref="ChatRequestReader.Read"/>.</param>
    /// <param name="edits">What to change.</param>
    /// <param name="output">Receives the new body.</param>
    public static void Write(
        ReadOnlySpan<byte> body, RequestEnvelope envelope, in UpstreamRequestEdits edits, IBufferWriter<byte> output)
    {
        var sink = new ByteSink(output, body.Length + edits.Model.Length * 6 + 512);
        var copy = new Copy(body, envelope, edits);
        copy.Run(ref sink);
        sink.Complete();
    }

    private ref struct Copy(ReadOnlySpan<byte> body, RequestEnvelope envelope, scoped in UpstreamRequestEdits edits)
    {
        private readonly ReadOnlySpan<byte> _body = body;
        private readonly RequestEnvelope _envelope = envelope;
        private readonly UpstreamRequestEdits _edits = edits;
        private readonly long? _limit =
            edits.MaxOutputTokens ?? (edits.UseMaxTokensField || edits.UseMaxCompletionTokensField
                ? envelope.MaxOutputTokens
                : null);

        private int _from;
        private int _dropped;
        private bool _hasModel;
        private bool _hasLimit;
        private bool _hasStreamOptions;
        private bool _hasServiceTier;
        private bool _hasReasoning;
        private bool _hasEffort = envelope.HasEffortMember;

        public void Run(ref ByteSink sink)
        {
            foreach (ref readonly var mark in _envelope.Marks)
            {
                if (IsDropped(mark))
                {
                    Drop(mark, ref sink);
                }
                else
                {
                    Edit(mark, ref sink);
                }
            }

            CopyTo(_envelope.LastEnd, ref sink);
            var hasMembers = _dropped < _envelope.MemberTotal;
            if (!_hasModel)
            {
                Add("\"model\":"u8, ref hasMembers, ref sink);
                sink.AppendString(_edits.Model.Span);
            }

            if (_limit is { } limit && !_hasLimit && (_edits.Drop & LimitParameter()) == 0)
            {
                Add(LimitName(), ref hasMembers, ref sink);
                sink.Append((byte)':');
                sink.Append(limit);
            }

            if (_edits.IncludeUsage && _envelope.Stream && !_hasStreamOptions)
            {
                Add("\"stream_options\":{\"include_usage\":true}"u8, ref hasMembers, ref sink);
            }

            if (_edits.ServiceTier is { } tier && !_hasServiceTier)
            {
                Add("\"service_tier\":\""u8, ref hasMembers, ref sink);
                AppendAscii(tier, ref sink);
                sink.Append((byte)'"');
            }

            if (_edits.DefaultEffort is not null && Thinks is null && !_hasReasoning)
            {
                AddThinking(ref hasMembers, ref sink);
            }

            CopyTo(_body.Length, ref sink);
        }

        private readonly void AddThinking(ref bool hasMembers, ref ByteSink sink)
        {
            switch (_edits.Reasoning)
            {
                case ReasoningSwitch.ReasoningObject:
                    Add("\"reasoning\":{\"enabled\":true}"u8, ref hasMembers, ref sink);
                    break;
                case ReasoningSwitch.ThinkingType or ReasoningSwitch.ThinkingTypeAndEffort:
                    Add("\"thinking\":{\"type\":\"enabled\"}"u8, ref hasMembers, ref sink);
                    break;
                case ReasoningSwitch.EnableThinking:
                    Add("\"enable_thinking\":true"u8, ref hasMembers, ref sink);
                    break;
                case ReasoningSwitch.Effort when (_edits.Drop & Parameters.ReasoningEffort) == 0:
                    Add("\"reasoning_effort\":\""u8, ref hasMembers, ref sink);
                    AppendAscii(_edits.DefaultEffort!, ref sink);
                    sink.Append((byte)'"');
                    break;
                default:
                    break;
            }
        }

        private readonly bool IsDropped(in RequestMark mark)
        {
            var rule = RequestMembers.Rule(mark.Member);
            if (rule.GatewayOnly || (rule.Parameter & _edits.Drop) != 0)
            {
                return true;
            }

            return mark.Member switch
            {
                RequestMember.StreamOptions => !_envelope.Stream,
                RequestMember.Store => _edits.DropStore,
                RequestMember.ServiceTier => _edits.DropServiceTier,
                RequestMember.IncludeReasoning => _edits.Reasoning != ReasoningSwitch.ReasoningObject,
                RequestMember.Reasoning => _edits.Reasoning != ReasoningSwitch.ReasoningObject && !ReplacesReasoning(),

                // Of the two the member wins; without a value it is dropped, and null is dropped, too.
                RequestMember.ReasoningEffort => _edits.Reasoning != ReasoningSwitch.ReasoningObject && !_envelope.HasEffortMember,

                // Of two limits the one that counts stays, under the name that the provider knows.
                RequestMember.MaxTokens or RequestMember.MaxCompletionTokens => _hasLimit,
                _ => false,
            };
        }

        private readonly bool ReplacesReasoning() =>
            Thinks is not null && !_hasEffort
            && (_edits.Reasoning != ReasoningSwitch.Effort
                || (Effort is not null && (_edits.Drop & Parameters.ReasoningEffort) == 0));

        private readonly string? Effort => _edits.Effort ?? _envelope.ReasoningEffort;

        // Whether the caller wants thoughts; null when it does not say.
        private readonly bool? Thinks => _envelope.ReasoningEffort is { } effort ? effort != "none"
            : _envelope.ReasoningMaxTokens is { } budget ? budget > 0
            : null;

        private void Drop(in RequestMark mark, ref ByteSink sink)
        {
            if (_dropped == mark.Index)
            {
                // Nothing before it is kept: it goes with the comma behind it.
                CopyTo(mark.NameStart, ref sink);
                _from = mark.NextStart;
            }
            else
            {
                CopyTo(mark.PreviousEnd, ref sink);
                _from = mark.ValueEnd;
            }

            _dropped++;
        }

        private void Edit(in RequestMark mark, ref ByteSink sink)
        {
            switch (mark.Member)
            {
                case RequestMember.Model:
                    _hasModel = true;
                    CopyTo(mark.ValueStart, ref sink);
                    sink.AppendString(_edits.Model.Span);
                    _from = mark.ValueEnd;
                    break;

                case RequestMember.ServiceTier when _edits.ServiceTier is { } tier:
                    _hasServiceTier = true;
                    CopyTo(mark.ValueStart, ref sink);
                    sink.Append((byte)'"');
                    AppendAscii(tier, ref sink);
                    sink.Append((byte)'"');
                    _from = mark.ValueEnd;
                    break;

                case RequestMember.Reasoning when _edits.Reasoning == ReasoningSwitch.ReasoningObject:
                    _hasReasoning = true;
                    break;

                case RequestMember.StreamOptions when _edits.IncludeUsage:
                    _hasStreamOptions = true;
                    StreamOptions(mark, ref sink);
                    break;

                case RequestMember.MaxTokens or RequestMember.MaxCompletionTokens when _limit is not null:
                    _hasLimit = true;
                    CopyTo(mark.NameStart, ref sink);
                    if ((_edits.Drop & LimitParameter()) == 0 && (_edits.UseMaxTokensField || _edits.UseMaxCompletionTokensField))
                    {
                        sink.Append(LimitName());
                    }
                    else
                    {
                        sink.Append(mark.Member == RequestMember.MaxTokens ? MaxTokens : MaxCompletionTokens);
                    }

                    sink.Append((byte)':');
                    sink.Append(_limit.GetValueOrDefault());
                    _from = mark.ValueEnd;
                    break;

                case RequestMember.Reasoning when _edits.Reasoning != ReasoningSwitch.ReasoningObject:
                case RequestMember.ReasoningEffort when _edits.Reasoning > ReasoningSwitch.ReasoningObject
                    || (_edits.Reasoning == ReasoningSwitch.Effort && _edits.Effort is not null):
                    _hasEffort = true;
                    CopyTo(mark.NameStart, ref sink);
                    SwitchReasoning(ref sink);
                    _from = mark.ValueEnd;
                    break;

                case RequestMember.Temperature when _edits.MaxTemperature is { } most
                    && Utf8Parser.TryParse(_body[mark.ValueStart..mark.ValueEnd], out double temperature, out _)
                    && temperature > most:
                    CopyTo(mark.ValueStart, ref sink);
                    AppendNumber(most, ref sink);
                    _from = mark.ValueEnd;
                    break;

                case RequestMember.Messages when _edits.DeveloperAsSystem:
                    var roles = _envelope.DeveloperRoles;
                    for (var i = 0; i < roles.Count; i += 2)
                    {
                        CopyTo(roles[i], ref sink);
                        sink.Append("\"system\""u8);
                        _from = roles[i + 1];
                    }

                    break;

                default:
                    break;
            }
        }

        private readonly void SwitchReasoning(ref ByteSink sink)
        {
            switch (_edits.Reasoning)
            {
                case ReasoningSwitch.ThinkingTypeAndEffort when Thinks == true && Effort is { } effort:
                    sink.Append("\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\""u8);
                    AppendAscii(effort, ref sink);
                    sink.Append((byte)'"');
                    break;
                case ReasoningSwitch.ThinkingType:
                case ReasoningSwitch.ThinkingTypeAndEffort:
                    sink.Append(Thinks == true
                        ? "\"thinking\":{\"type\":\"enabled\"}"u8
                        : "\"thinking\":{\"type\":\"disabled\"}"u8);
                    break;
                case ReasoningSwitch.EnableThinking:
                    sink.Append(Thinks == true ? "\"enable_thinking\":true"u8 : "\"enable_thinking\":false"u8);
                    break;
                default:
                    sink.Append("\"reasoning_effort\":\""u8);
                    AppendAscii(Effort!, ref sink);
                    sink.Append((byte)'"');
                    break;
            }
        }

        private void StreamOptions(in RequestMark mark, ref ByteSink sink)
        {
            var (start, end) = _envelope.IncludeUsage;
            if (end > 0)
            {
                CopyTo(start, ref sink);
                sink.Append("true"u8);
                _from = end;
                return;
            }

            CopyTo(mark.ValueStart, ref sink);
            var inside = _body[mark.ValueStart..mark.ValueEnd];
            if (inside[0] != (byte)'{' || inside[1..^1].Trim(" \t\r\n"u8).IsEmpty)
            {
                sink.Append("{\"include_usage\":true}"u8);
                _from = mark.ValueEnd;
                return;
            }

            sink.Append("{\"include_usage\":true,"u8);
            _from = mark.ValueStart + 1;
        }

        private void CopyTo(int to, ref ByteSink sink)
        {
            if (to > _from)
            {
                sink.Append(_body[_from..to]);
                _from = to;
            }
        }

        private static ReadOnlySpan<byte> MaxTokens => "\"max_tokens\""u8;

        private static ReadOnlySpan<byte> MaxCompletionTokens => "\"max_completion_tokens\""u8;

        private readonly ReadOnlySpan<byte> LimitName() =>
            _edits.UseMaxCompletionTokensField ? MaxCompletionTokens : MaxTokens;

        private readonly Parameters LimitParameter() =>
            _edits.UseMaxCompletionTokensField ? Parameters.MaxCompletionTokens : Parameters.MaxTokens;

        private static void Add(ReadOnlySpan<byte> text, ref bool hasMembers, ref ByteSink sink)
        {
            if (hasMembers)
            {
                sink.Append((byte)',');
            }

            hasMembers = true;
            sink.Append(text);
        }

        private static void AppendNumber(double number, ref ByteSink sink)
        {
            Span<byte> bytes = stackalloc byte[32];
            Utf8Formatter.TryFormat(number, bytes, out var length);
            sink.Append(bytes[..length]);
        }

        private static void AppendAscii(string text, ref ByteSink sink)
        {
            Span<byte> bytes = stackalloc byte[16];
            sink.Append(bytes[..Encoding.ASCII.GetBytes(text, bytes)]);
        }
    }
}
