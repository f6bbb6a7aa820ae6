using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as the Messages API takes it (https://docs.claude.com/en/api/messages).</summary>
internal sealed partial class AnthropicRequestWriter
{
    internal const Parameters Unknown = Parameters.FrequencyPenalty | Parameters.PresencePenalty
        | Parameters.RepetitionPenalty | Parameters.MinP | Parameters.TopA | Parameters.LogitBias | Parameters.Logprobs
        | Parameters.TopLogprobs | Parameters.Prediction | Parameters.Seed | Parameters.WebSearchOptions;

    // Where neither the caller nor the catalogue knows a limit: what every Claude model can do.
    private const long LimitOfTheOldest = 4096;

    // https://docs.claude.com/en/docs/build-with-claude/extended-thinking: the least budget.
    private const long LeastBudget = 1024;
    private const long MostBudget = 128_000;

    private static readonly string[] EffortLadder = ["low", "medium", "high", "xhigh", "max"];

    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly AnthropicPlatform _platform;
    private readonly AnthropicModelRules _rules;
    private readonly Utf8JsonWriter _json;
    private readonly long _limit;
    private readonly AnswerForm _form;
    private readonly string? _answerTool;
    private readonly Thinking _thinking;
    private long _budget;
    private bool _forced;
    private Parameters _dropped;
    private Parameters _emulated;
    private Modalities _unsayable;

    private AnthropicRequestWriter(
        CanonicalRequest request, in DialectTarget target, AnthropicPlatform platform, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _platform = platform;
        _json = json;
        _rules = AnthropicModelRules.For(Encoding.UTF8.GetString(target.Model.Span));
        _limit = target.MaxOutputTokens ?? request.MaxOutputTokens ?? target.DefaultOutputTokens ?? LimitOfTheOldest;
        _dropped = request.Used & Unknown;
        _form = ChooseForm();
        _answerTool = _form == AnswerForm.Tool ? FreeToolName() : null;
        _forced = _form == AnswerForm.Tool
            || (HasTools() && request.ToolChoice?.Kind is ToolChoiceKind.Required or ToolChoiceKind.Named);
        _thinking = ChooseThinking();
    }

    private enum AnswerForm
    {
        Free,
        Schema,
        Tool,
        Instruction,
    }

    private enum Thinking
    {
        Unsaid,
        Budget,
        Adaptive,
        Disabled,
    }

    public static DialectRequest Write(
        CanonicalRequest request, in DialectTarget target, AnthropicPlatform platform, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        var writer = new AnthropicRequestWriter(request, target, platform, json);
        writer.WriteBody();
        return new DialectRequest
        {
            Dropped = writer._dropped,
            Emulated = writer._emulated,
            Unsayable = writer._unsayable,
            AnswerTool = writer._answerTool,
        };
    }

    private void WriteBody()
    {
        _json.WriteStartObject();
        WritePlatform();
        _json.WriteNumber("max_tokens"u8, _limit);
        if (_request.Stream && _platform != AnthropicPlatform.Bedrock)
        {
            _json.WriteBoolean("stream"u8, true);
        }

        WriteSystem();
        WriteMessages();
        WriteTools();
        WriteToolChoice();
        WriteThinking();
        WriteOutputConfig();
        WriteSampling();
        WriteStop();
        WriteCache(_request.Cache);
        if (!_request.User.IsEmpty)
        {
            _json.WriteStartObject("metadata"u8);
            WriteText("user_id"u8, _request.User);
            _json.WriteEndObject();
        }

        WriteTier();
        _json.WriteEndObject();
    }

    // https://docs.claude.com/en/api/service-tiers: Anthropic's alone; other tiers of OpenAI's have no counterpart.
    private void WriteTier()
    {
        var tier = _request.ServiceTier switch
        {
            _ when _platform != AnthropicPlatform.Anthropic => null,
            "default" or "standard" or "standard_only" => "standard_only",
            "auto" or "priority" or "fast" => "auto",
            _ => null,
        };
        if (tier is not null)
        {
            _json.WriteString("service_tier"u8, tier);
        }
    }

    private void WritePlatform()
    {
        switch (_platform)
        {
            case AnthropicPlatform.Vertex:
                _json.WriteString("anthropic_version"u8, "vertex-2023-10-16"u8);
                break;
            case AnthropicPlatform.Bedrock:
                _json.WriteString("anthropic_version"u8, "bedrock-2023-05-31"u8);
                break;
            default:
                _json.WriteString("model"u8, _target.Model.Span);
                break;
        }
    }

    private bool Supports(Parameters parameter) => (_target.Supported & parameter) != 0;

    private bool HasTools() => _request.Tools.Count > 0;

    // A form that the model knows itself, else a call that it must make, else words.
    private AnswerForm ChooseForm()
    {
        switch (_request.ResponseFormat)
        {
            case { Kind: ResponseFormatKind.JsonSchema, Schema.IsEmpty: false } when Supports(Parameters.StructuredOutputs):
                return AnswerForm.Schema;
            case { Kind: ResponseFormatKind.JsonSchema }:
                _emulated |= Parameters.ResponseFormat | Parameters.StructuredOutputs;
                break;
            case { Kind: ResponseFormatKind.JsonObject }:
                _emulated |= Parameters.ResponseFormat;
                break;
            case { Kind: ResponseFormatKind.Other }:
                _dropped |= Parameters.ResponseFormat;
                return AnswerForm.Free;
            default:
                return AnswerForm.Free;
        }

        return _rules.Thinking == AnthropicThinking.Always ? AnswerForm.Instruction : AnswerForm.Tool;
    }

    private string FreeToolName()
    {
        var name = "json_answer";
        for (var i = 0; i < _request.Tools.Count; i++)
        {
            if (_request.Tools[i].Name.ToString() == name)
            {
                name += "_";
                i = -1;
            }
        }

        return name;
    }

    // https://docs.claude.com/en/docs/build-with-claude/extended-thinking: no thinking beside a forced tool call.
    private Thinking ChooseThinking()
    {
        var reasoning = _request.Reasoning;
        var wanted = reasoning is { Wanted: true };
        if (_forced && _rules.Thinking == AnthropicThinking.Always)
        {
            _forced = false;
            _dropped |= Parameters.ToolChoice;
        }

        if (_forced || reasoning is { Unwanted: true })
        {
            _dropped |= wanted ? Parameters.Reasoning : Parameters.None;
            _dropped |= !_forced && _rules.Thinking == AnthropicThinking.Always ? Parameters.Reasoning : Parameters.None;
            return _rules.Thinking == AnthropicThinking.OnByDefault ? Thinking.Disabled : Thinking.Unsaid;
        }

        if (!wanted)
        {
            return Thinking.Unsaid;
        }

        if (_rules.Thinking >= AnthropicThinking.Adaptive
            || (_rules.Thinking == AnthropicThinking.Either && reasoning!.MaxTokens is null))
        {
            return Thinking.Adaptive;
        }

        // The answer needs room beside the thoughts: the budget must be less than the limit.
        _budget = Math.Min(reasoning!.MaxTokens ?? BudgetFor(reasoning.Effort ?? "medium"), MostBudget);
        _budget = Math.Min(Math.Max(_budget, LeastBudget), _limit - 1);
        if (_budget >= LeastBudget && !GoesOnFromThoughtlessCalls())
        {
            return Thinking.Budget;
        }

        _dropped |= Parameters.Reasoning;
        return Thinking.Unsaid;
    }

    // The shares of https://openrouter.ai/docs/use-cases/reasoning-tokens.
    private long BudgetFor(string effort) => effort switch
    {
        "max" or "xhigh" => _limit * 95 / 100,
        "high" => _limit * 80 / 100,
        "low" => _limit * 20 / 100,
        "minimal" => _limit * 10 / 100,
        _ => _limit / 2,
    };

    private void WriteThinking()
    {
        if (_thinking == Thinking.Unsaid)
        {
            return;
        }

        _json.WriteStartObject("thinking"u8);
        switch (_thinking)
        {
            case Thinking.Budget:
                _json.WriteString("type"u8, "enabled"u8);
                _json.WriteNumber("budget_tokens"u8, _budget);
                break;
            case Thinking.Adaptive:
                _json.WriteString("type"u8, "adaptive"u8);
                if (_rules.Thinking >= AnthropicThinking.Adaptive)
                {
                    // These keep their thoughts to themselves unless asked.
                    _json.WriteString("display"u8, _request.Reasoning!.Exclude == true ? "omitted"u8 : "summarized"u8);
                }

                break;
            default:
                _json.WriteString("type"u8, "disabled"u8);
                break;
        }

        _json.WriteEndObject();
    }

    // https://docs.claude.com/en/docs/build-with-claude/effort and …/structured-outputs.
    private void WriteOutputConfig()
    {
        var effort = Effort();
        if (effort is null && _form != AnswerForm.Schema)
        {
            return;
        }

        _json.WriteStartObject("output_config"u8);
        if (effort is not null)
        {
            _json.WriteString("effort"u8, effort);
        }

        if (_form == AnswerForm.Schema)
        {
            _json.WriteStartObject("format"u8);
            _json.WriteString("type"u8, "json_schema"u8);
            _json.WritePropertyName("schema"u8);
            _json.WriteRawValue(_request.ResponseFormat!.Schema.Span, skipInputValidation: true);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private string? Effort()
    {
        var wanted = _request.Verbosity ?? (_thinking == Thinking.Adaptive ? _request.Reasoning!.Effort : null);
        if (wanted is null)
        {
            return null;
        }

        if (!_rules.HasEffort)
        {
            _dropped |= _request.Used & Parameters.Verbosity;
            return null;
        }

        // The nearest that the model knows, from below; Claude's own lowest is low.
        var rung = Math.Max(0, Array.IndexOf(EffortLadder, wanted));
        rung = _thinking == Thinking.Disabled ? Math.Min(rung, 2) : rung;
        while (rung > 2 && _target.Efforts is { } known && !Contains(known, EffortLadder[rung]))
        {
            rung--;
        }

        return EffortLadder[rung];
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

    private void WriteSampling()
    {
        var thinks = _thinking is Thinking.Budget or Thinking.Adaptive;
        var free = !_rules.NoSampling && !thinks;
        var temperature = free && Supports(Parameters.Temperature) ? _request.Temperature : null;
        if (temperature is { } value)
        {
            _json.WriteNumber("temperature"u8, Math.Min(value, 1));
        }

        var topP = free && Supports(Parameters.TopP) && !(temperature is not null && _rules.OneOfTemperatureAndTopP)
            ? _request.TopP
            : null;
        if (topP is { } share)
        {
            _json.WriteNumber("top_p"u8, share);
        }

        var topK = free && Supports(Parameters.TopK) && _request.TopK > 0 ? _request.TopK : null;
        if (topK is { } count)
        {
            _json.WriteNumber("top_k"u8, count);
        }

        _dropped |= _request.Used & ((temperature is null ? Parameters.Temperature : Parameters.None)
            | (topP is null ? Parameters.TopP : Parameters.None)
            | (topK is null ? Parameters.TopK : Parameters.None));
    }

    private void WriteStop()
    {
        var open = false;
        foreach (var stop in _request.Stop)
        {
            // White space alone is refused.
            if (stop.IsBlank)
            {
                _dropped |= Parameters.Stop;
                continue;
            }

            if (!open)
            {
                _json.WriteStartArray("stop_sequences"u8);
                open = true;
            }

            _json.WriteRawValue(stop.Token, skipInputValidation: true);
        }

        if (open)
        {
            _json.WriteEndArray();
        }
    }

    private void WriteText(ReadOnlySpan<byte> name, JsonString text)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(text.IsMissing ? "\"\""u8 : text.Token, skipInputValidation: true);
    }

    private void WriteCache(CacheControl? cache)
    {
        if (cache is null)
        {
            return;
        }

        _json.WriteStartObject("cache_control"u8);
        _json.WriteString("type"u8, "ephemeral"u8);
        if (cache.Ttl is "5m" or "1h")
        {
            _json.WriteString("ttl"u8, cache.Ttl);
        }

        _json.WriteEndObject();
    }
}
