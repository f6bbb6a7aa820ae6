using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as <c>POST /v2/chat</c> takes it (https://docs.cohere.com/reference/chat).</summary>
internal sealed partial class CohereRequestWriter
{
    internal const Parameters Unknown = Parameters.RepetitionPenalty | Parameters.MinP | Parameters.TopA
        | Parameters.LogitBias | Parameters.Logprobs | Parameters.TopLogprobs | Parameters.Prediction
        | Parameters.WebSearchOptions | Parameters.Verbosity;

    private const int MostStops = 5;

    // https://docs.cohere.com/v2/docs/reasoning: so much is to be left for the answer.
    private const long RoomForAnswer = 1000;

    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly Utf8JsonWriter _json;
    private readonly string? _answerTool;
    private Parameters _dropped;
    private Parameters _emulated;
    private Modalities _unsayable;

    private CohereRequestWriter(CanonicalRequest request, in DialectTarget target, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _json = json;
        _dropped = request.Used & Unknown;
        if (request.ParallelToolCalls == false)
        {
            _dropped |= Parameters.ParallelToolCalls;
        }

        if (WantsJson && HasTools())
        {
            // The response format is not supported beside tools.
            _answerTool = AnswerText.FreeToolName(request);
            _emulated |= Parameters.ResponseFormat
                | (request.ResponseFormat!.Kind == ResponseFormatKind.JsonSchema ? Parameters.StructuredOutputs : Parameters.None);
        }
    }

    private bool WantsJson => _request.ResponseFormat?.Kind is ResponseFormatKind.JsonObject or ResponseFormatKind.JsonSchema;

    public static DialectRequest Write(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        var writer = new CohereRequestWriter(request, target, json);
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
        _json.WriteString("model"u8, _target.Model.Span);
        _json.WriteBoolean("stream"u8, _request.Stream);
        WriteMessages();
        WriteTools();
        WriteFormat();
        WriteSampling();
        WriteStop();
        WriteThinking();
        foreach (var extension in _request.Extensions)
        {
            // Cohere's own, for callers who know whom they speak to.
            if (extension.Name is "documents" or "citation_options" or "safety_mode" or "priority")
            {
                _json.WriteJson(Encoding.UTF8.GetBytes(extension.Name), extension.Json.Span);
            }
        }

        _json.WriteEndObject();
    }

    private bool Supports(Parameters parameter) => (_target.Supported & parameter) != 0;

    private bool HasTools()
    {
        foreach (var tool in _request.Tools)
        {
            if (tool.Json.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    // https://docs.cohere.com/v2/docs/structured-outputs
    private void WriteFormat()
    {
        if (_request.ResponseFormat is not { } format || _answerTool is not null)
        {
            return;
        }

        if (!WantsJson)
        {
            _dropped |= format.Kind == ResponseFormatKind.Other ? Parameters.ResponseFormat : Parameters.None;
            return;
        }

        _json.WriteStartObject("response_format"u8);
        _json.WriteString("type"u8, "json_object"u8);
        if (!format.Schema.IsEmpty)
        {
            _json.WriteJson("json_schema"u8, format.Schema.Span);
        }

        _json.WriteEndObject();
    }

    private void WriteSampling()
    {
        if ((_target.MaxOutputTokens ?? _request.MaxOutputTokens) is { } limit)
        {
            _json.WriteNumber("max_tokens"u8, limit);
        }

        WriteNumber("temperature"u8, Parameters.Temperature, _request.Temperature, 0, 1);
        WriteNumber("p"u8, Parameters.TopP, _request.TopP, 0.01, 0.99);
        if (_request.TopK is >= 0 and var count && Supports(Parameters.TopK))
        {
            _json.WriteNumber("k"u8, Math.Min(count, 500));
        }
        else
        {
            _dropped |= _request.Used & Parameters.TopK;
        }

        if (_request.Seed is { } seed && Supports(Parameters.Seed))
        {
            _json.WriteNumber("seed"u8, seed);
        }
        else
        {
            _dropped |= _request.Used & Parameters.Seed;
        }

        // Penalties reach from 0 to 1, and models take only one of the two.
        WritePenalty("frequency_penalty"u8, Parameters.FrequencyPenalty, _request.FrequencyPenalty, _request.FrequencyPenalty is >= 0);
        WritePenalty("presence_penalty"u8, Parameters.PresencePenalty, _request.PresencePenalty, _request.PresencePenalty is >= 0 && _request.FrequencyPenalty is null or <= 0);
    }

    private void WritePenalty(ReadOnlySpan<byte> name, Parameters parameter, double? value, bool isSayable)
    {
        if (isSayable)
        {
            WriteNumber(name, parameter, value, 0, 1);
        }
        else
        {
            _dropped |= _request.Used & parameter;
        }
    }

    private void WriteNumber(ReadOnlySpan<byte> name, Parameters parameter, double? value, double least, double most)
    {
        if (value is { } number && Supports(parameter))
        {
            _json.WriteNumber(name, Math.Clamp(number, least, most));
        }
        else
        {
            _dropped |= _request.Used & parameter;
        }
    }

    private void WriteStop()
    {
        var count = 0;
        foreach (var stop in _request.Stop)
        {
            if (stop.IsEmpty || count == MostStops)
            {
                _dropped |= Parameters.Stop;
                continue;
            }

            if (count++ == 0)
            {
                _json.WriteStartArray("stop_sequences"u8);
            }

            _json.WriteText(stop);
        }

        if (count > 0)
        {
            _json.WriteEndArray();
        }
    }

    // https://docs.cohere.com/v2/docs/reasoning: models that can think do so unless told not to.
    private void WriteThinking()
    {
        if (_request.Reasoning is not { } reasoning || !(reasoning.Wanted || reasoning.Unwanted))
        {
            return;
        }

        if (!Supports(Parameters.Reasoning))
        {
            _dropped |= reasoning.Wanted ? Parameters.Reasoning : Parameters.None;
            return;
        }

        _json.WriteStartObject("thinking"u8);
        _json.WriteString("type"u8, reasoning.Wanted ? "enabled"u8 : "disabled"u8);
        if (reasoning.Wanted && Budget(reasoning) is { } budget)
        {
            _json.WriteNumber("token_budget"u8, budget);
        }

        _json.WriteEndObject();
    }

    // The shares of https://openrouter.ai/docs/use-cases/reasoning-tokens, of what the answer may have.
    private long? Budget(CanonicalReasoning reasoning)
    {
        var limit = _target.MaxOutputTokens ?? _request.MaxOutputTokens ?? _target.DefaultOutputTokens;
        var budget = reasoning.MaxTokens ?? reasoning.Effort switch
        {
            "minimal" => limit * 10 / 100,
            "low" => limit * 20 / 100,
            "medium" => limit / 2,
            "high" => limit * 80 / 100,
            _ => null,
        };
        return budget is > 0 && limit > 2 * RoomForAnswer ? Math.Min(budget.Value, limit.Value - RoomForAnswer)
            : budget is > 0 ? budget
            : null;
    }
}
