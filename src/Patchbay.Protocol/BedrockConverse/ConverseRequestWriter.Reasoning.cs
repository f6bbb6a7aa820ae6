using Patchbay.Core;

namespace Patchbay.Protocol;

// What Converse has no field for goes to the model as it is, in additionalModelRequestFields
// (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html). Claude:
// https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html, …-adaptive-thinking.html; Nova:
// https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html, …/latest/userguide/using-converse-api.html.
internal sealed partial class ConverseRequestWriter
{
    private const long LimitOfTheOldest = 4096;
    private const long LeastBudget = 1024;
    private const long MostBudget = 128_000;

    private readonly Thinking _thinking;
    private long _budget;

    private enum Thinking
    {
        Unsaid,
        Budget,
        Adaptive,
        Disabled,
        Effort,
    }

    private Thinking ChooseThinking()
    {
        var reasoning = _request.Reasoning;
        var wanted = reasoning is { Wanted: true };
        switch (_model.Family)
        {
            case ConverseFamily.Claude:
                return ChooseClaude(reasoning, wanted);
            case ConverseFamily.Nova2 or ConverseFamily.GptOss:
                return wanted ? Thinking.Effort
                    : _model.Family == ConverseFamily.Nova2 && reasoning is { Unwanted: true } ? Thinking.Disabled
                    : Thinking.Unsaid;
            default:
                _dropped |= wanted ? Parameters.Reasoning : Parameters.None;
                return Thinking.Unsaid;
        }
    }

    // No thinking beside a forced call; where thinking cannot be turned off, the call cannot be forced.
    private Thinking ChooseClaude(CanonicalReasoning? reasoning, bool wanted)
    {
        var always = _model.Rules.Thinking == AnthropicThinking.Always;
        if (_forced && always)
        {
            _forced = false;
            _dropped |= Parameters.ToolChoice;
        }

        if (_forced || reasoning is { Unwanted: true })
        {
            _dropped |= wanted || (!_forced && always) ? Parameters.Reasoning : Parameters.None;
            return _model.Rules.Thinking == AnthropicThinking.OnByDefault ? Thinking.Disabled : Thinking.Unsaid;
        }

        if (!wanted)
        {
            return Thinking.Unsaid;
        }

        if (_model.Rules.Thinking >= AnthropicThinking.Adaptive
            || (_model.Rules.Thinking == AnthropicThinking.Either && reasoning!.MaxTokens is null))
        {
            return Thinking.Adaptive;
        }

        // The answer needs room beside the thoughts: the budget must be less than the limit.
        var limit = _limit ?? _target.DefaultOutputTokens ?? LimitOfTheOldest;
        _budget = Math.Min(reasoning!.MaxTokens ?? BudgetFor(reasoning.Effort, limit), MostBudget);
        _budget = Math.Min(Math.Max(_budget, LeastBudget), limit - 1);
        if (_budget < LeastBudget)
        {
            _dropped |= Parameters.Reasoning;
            return Thinking.Unsaid;
        }

        _limit = limit;
        return Thinking.Budget;
    }

    // The shares of https://openrouter.ai/docs/use-cases/reasoning-tokens.
    private static long BudgetFor(string? effort, long limit) => effort switch
    {
        "max" or "xhigh" => limit * 95 / 100,
        "high" => limit * 80 / 100,
        "low" => limit * 20 / 100,
        "minimal" => limit * 10 / 100,
        _ => limit / 2,
    };

    private bool CanSample() => _model.Family switch
    {
        ConverseFamily.Claude => !_model.Rules.NoSampling && _thinking is not (Thinking.Budget or Thinking.Adaptive),
        ConverseFamily.Nova2 => _thinking != Thinking.Effort || EffortOfThree() != "high",
        _ => true,
    };

    // Nova knows three efforts, and the highest only without a limit of tokens.
    private string EffortOfThree() => _request.Reasoning!.Effort switch
    {
        "minimal" or "low" => "low",
        "high" or "xhigh" or "max" when _model.Family == ConverseFamily.GptOss || _limit is null => "high",
        _ => "medium",
    };

    private void WriteAdditional()
    {
        var open = false;
        WriteThinking(ref open);
        WriteTopK(ref open);
        if (Extension("additionalModelRequestFields") is { IsEmpty: false } more && more.Span[0] == (byte)'{')
        {
            var source = new JsonSource(more);
            while (source.NextMember(out var name))
            {
                var member = source.Member(name);
                if (!IsWritten(name))
                {
                    Open(ref open);
                    _json.WritePropertyName(name);
                    _json.WriteRawValue(member.Json.Span, skipInputValidation: true);
                }
            }
        }

        if (open)
        {
            _json.WriteEndObject();
        }
    }

    private void Open(ref bool open)
    {
        if (!open)
        {
            _json.WriteStartObject("additionalModelRequestFields"u8);
            open = true;
        }
    }

    private void WriteThinking(ref bool open)
    {
        switch (_thinking)
        {
            case Thinking.Budget:
                Open(ref open);
                _json.WriteStartObject("thinking"u8);
                _json.WriteString("type"u8, "enabled"u8);
                _json.WriteNumber("budget_tokens"u8, _budget);
                _json.WriteEndObject();
                break;
            case Thinking.Adaptive:
                Open(ref open);
                _json.WriteStartObject("thinking"u8);
                _json.WriteString("type"u8, "adaptive"u8);
                if (_model.Rules.Thinking >= AnthropicThinking.Adaptive)
                {
                    _json.WriteString("display"u8, _request.Reasoning!.Exclude == true ? "omitted"u8 : "summarized"u8);
                }

                _json.WriteEndObject();
                break;
            case Thinking.Disabled when _model.Family == ConverseFamily.Claude:
                Open(ref open);
                _json.WriteStartObject("thinking"u8);
                _json.WriteString("type"u8, "disabled"u8);
                _json.WriteEndObject();
                break;
            case Thinking.Disabled or Thinking.Effort when _model.Family == ConverseFamily.Nova2:
                Open(ref open);
                _json.WriteStartObject("reasoningConfig"u8);
                _json.WriteString("type"u8, _thinking == Thinking.Effort ? "enabled"u8 : "disabled"u8);
                if (_thinking == Thinking.Effort)
                {
                    _json.WriteString("maxReasoningEffort"u8, EffortOfThree());
                }

                _json.WriteEndObject();
                break;
            case Thinking.Effort:
                Open(ref open);
                _json.WriteString("reasoning_effort"u8, EffortOfThree());
                break;
        }

        WriteClaudeEffort(ref open);
    }

    private bool HasClaudeEffort => _model.Rules.HasEffort && _model.Rules.Thinking != AnthropicThinking.Budget;

    private string? ClaudeEffort() => HasClaudeEffort
        ? _request.Verbosity ?? (_thinking == Thinking.Adaptive ? _request.Reasoning!.Effort : null)
        : null;

    // https://docs.claude.com/en/docs/build-with-claude/effort
    private void WriteClaudeEffort(ref bool open)
    {
        if (ClaudeEffort() is not { } effort)
        {
            _dropped |= _request.Used & Parameters.Verbosity;
            return;
        }

        Open(ref open);
        _json.WriteStartObject("output_config"u8);
        _json.WriteString("effort"u8, effort switch
        {
            "none" or "minimal" => "low",
            "xhigh" or "max" when _target.Efforts is { } known && !Contains(known, effort) => "high",
            _ => effort,
        });
        _json.WriteEndObject();
    }

    private static bool Contains(IReadOnlyList<string> words, string word)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == word)
            {
                return true;
            }
        }

        return false;
    }

    private void WriteTopK(ref bool open)
    {
        var taken = _model.Family is ConverseFamily.Claude or ConverseFamily.Nova or ConverseFamily.Nova2 or ConverseFamily.Mistral;
        if (!taken || !CanSample() || !Supports(Parameters.TopK) || _request.TopK is not > 0)
        {
            _dropped |= _request.Used & Parameters.TopK;
            return;
        }

        Open(ref open);
        if (_model.Family is ConverseFamily.Nova or ConverseFamily.Nova2)
        {
            _json.WriteStartObject("inferenceConfig"u8);
            _json.WriteNumber("topK"u8, _request.TopK.Value);
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteNumber("top_k"u8, _request.TopK.Value);
        }
    }

    // What the request says plainly wins over what it hands through.
    private bool IsWritten(string name) => name switch
    {
        "thinking" => _model.Family == ConverseFamily.Claude && _thinking != Thinking.Unsaid,
        "output_config" => ClaudeEffort() is not null,
        "reasoningConfig" or "reasoning_effort" => _thinking != Thinking.Unsaid,
        "top_k" or "inferenceConfig" => _request.TopK is not null && (_dropped & Parameters.TopK) == 0,
        _ => false,
    };
}
