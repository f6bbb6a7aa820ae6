using Patchbay.Core;

namespace Patchbay.Protocol;

// https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
internal sealed partial class GeminiRequestWriter
{
    private const int MostStops = 5;
    private const double MostPenalty = 1.99;

    private void WriteGenerationConfig()
    {
        _json.WriteStartObject("generationConfig"u8);
        WriteSampling();
        WriteStops();
        WriteFormat();
        WriteModalities();
        WriteThinking();
        _json.WriteEndObject();
    }

    private void WriteSampling()
    {
        WriteNumber("temperature"u8, _request.Temperature, Parameters.Temperature);
        WriteNumber("topP"u8, _request.TopP, Parameters.TopP);
        WriteWhole("topK"u8, _request.TopK, Parameters.TopK);

        // From -2 up to, but without, 2.
        WriteNumber("frequencyPenalty"u8, AtMost(_request.FrequencyPenalty), Parameters.FrequencyPenalty);
        WriteNumber("presencePenalty"u8, AtMost(_request.PresencePenalty), Parameters.PresencePenalty);

        // An int32.
        WriteWhole("seed"u8, _request.Seed is { } seed ? seed & int.MaxValue : null, Parameters.Seed);
        if ((_target.MaxOutputTokens ?? _request.MaxOutputTokens) is { } limit)
        {
            _json.WriteNumber("maxOutputTokens"u8, limit);
        }

        if (_request.Logprobs == true && Honours(Parameters.Logprobs))
        {
            _json.WriteBoolean("responseLogprobs"u8, true);
            WriteWhole("logprobs"u8, _request.TopLogprobs, Parameters.TopLogprobs);
        }

        Drop(_request.MinP is not null, Parameters.MinP);
        Drop(_request.TopA is not null, Parameters.TopA);
        Drop(_request.RepetitionPenalty is not null, Parameters.RepetitionPenalty);
        Drop(!_request.LogitBias.IsEmpty, Parameters.LogitBias);
        Drop(!_request.Prediction.IsEmpty, Parameters.Prediction);
        Drop(_request.Verbosity is not null, Parameters.Verbosity);
    }

    private static double? AtMost(double? penalty) => penalty > MostPenalty ? MostPenalty : penalty;

    private void Drop(bool isSet, Parameters parameter) => _dropped |= isSet ? parameter : Parameters.None;

    private void WriteNumber(ReadOnlySpan<byte> name, double? value, Parameters parameter)
    {
        if (value is { } number && Honours(parameter))
        {
            _json.WriteNumber(name, number);
        }
    }

    private void WriteWhole(ReadOnlySpan<byte> name, long? value, Parameters parameter)
    {
        if (value is { } number && Honours(parameter))
        {
            _json.WriteNumber(name, number);
        }
    }

    private void WriteStops()
    {
        if (_request.Stop.Count == 0 || !Honours(Parameters.Stop))
        {
            return;
        }

        _json.WriteStartArray("stopSequences"u8);
        var count = 0;
        foreach (var stop in _request.Stop)
        {
            if (!stop.IsEmpty && ++count <= MostStops)
            {
                _json.WriteRawValue(stop.Token, skipInputValidation: true);
            }
        }

        _json.WriteEndArray();
        Drop(count > MostStops, Parameters.Stop);
    }

    private bool WantsJson() =>
        _request.ResponseFormat is { Kind: ResponseFormatKind.JsonObject or ResponseFormatKind.JsonSchema }
        && (_target.Supported & (Parameters.ResponseFormat | Parameters.StructuredOutputs)) != 0;

    // https://ai.google.dev/gemini-api/docs/structured-output
    private void WriteFormat()
    {
        if (_request.ResponseFormat is not { Kind: not ResponseFormatKind.Text } format || _answerTool is not null)
        {
            return;
        }

        if (!WantsJson() || (_hasFunctions && !_model.HasSchemaWithTools))
        {
            _dropped |= Parameters.ResponseFormat;
            return;
        }

        _json.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Kind == ResponseFormatKind.JsonSchema)
        {
            WriteRaw("responseJsonSchema"u8, format.Schema);
        }
    }

    // https://ai.google.dev/gemini-api/docs/image-generation; the public API's names are modalities and image_config
    // (https://openrouter.ai/docs/features/multimodal/image-generation).
    private void WriteModalities()
    {
        foreach (var member in _request.Extensions)
        {
            if (member.Name == "modalities")
            {
                var words = new JsonCursor(member.Json.Span);
                var open = false;
                while (words.NextItem())
                {
                    var word = words.Value.SequenceEqual("\"text\""u8) ? "TEXT"u8
                        : words.Value.SequenceEqual("\"image\""u8) ? "IMAGE"u8
                        : default;
                    if (!word.IsEmpty && !open)
                    {
                        _json.WriteStartArray("responseModalities"u8);
                        open = true;
                    }

                    if (!word.IsEmpty)
                    {
                        _json.WriteStringValue(word);
                    }
                }

                if (open)
                {
                    _json.WriteEndArray();
                }
            }
            else if (member.Name == "image_config")
            {
                _json.WriteStartObject("imageConfig"u8);
                var config = new JsonCursor(member.Json.Span);
                while (config.NextMember())
                {
                    var name = config.Is("aspect_ratio"u8) ? "aspectRatio"u8 : config.Is("image_size"u8) ? "imageSize"u8 : default;
                    if (!name.IsEmpty && JsonScalar.IsString(config.Value))
                    {
                        _json.WritePropertyName(name);
                        _json.WriteRawValue(config.Value, skipInputValidation: true);
                    }
                }

                _json.WriteEndObject();
            }
        }
    }

    // https://ai.google.dev/gemini-api/docs/thinking
    private void WriteThinking()
    {
        var reasoning = _request.Reasoning;
        const Parameters Any = Parameters.Reasoning | Parameters.ReasoningEffort | Parameters.IncludeReasoning;
        if ((_target.Supported & Any) == 0)
        {
            _dropped |= reasoning is null ? Parameters.None : _request.Used & Any;
            return;
        }

        if (reasoning is null or { Effort: null, MaxTokens: null, Enabled: null } && _model.IsOffByDefault)
        {
            return;
        }

        var level = Level(reasoning);
        var budget = level is null ? Budget(reasoning) : null;
        var include = reasoning?.Exclude != true && reasoning?.Unwanted != true && budget != 0;
        if (level is null && budget is null && !include)
        {
            return;
        }

        _json.WriteStartObject("thinkingConfig"u8);
        if (level is not null)
        {
            _json.WriteString("thinkingLevel"u8, level.ToUpperInvariant());
        }

        if (budget is { } tokens)
        {
            _json.WriteNumber("thinkingBudget"u8, tokens);
        }

        if (include)
        {
            _json.WriteBoolean("includeThoughts"u8, true);
        }

        _json.WriteEndObject();
    }

    // The nearest level to the effort that was asked for. A budget of tokens wins: newer models take one as well.
    private string? Level(CanonicalReasoning? reasoning)
    {
        var levels = _model.HasLevels && _target.Efforts is { Count: > 0 } known ? known : _model.Levels;
        if (reasoning is null || levels.Count == 0 || (reasoning.MaxTokens is not null && !reasoning.Unwanted))
        {
            return null;
        }

        var effort = reasoning.Unwanted ? "none" : reasoning.Effort;
        if (effort is null)
        {
            return null;
        }

        string? nearest = null;
        foreach (var level in levels)
        {
            if (IsLevel(level) && (nearest is null || Math.Abs(Rank(level) - Rank(effort)) <= Math.Abs(Rank(nearest) - Rank(effort))))
            {
                nearest = level;
            }
        }

        return nearest;
    }

    private static bool IsLevel(string word) => word is "high" or "medium" or "low" or "minimal";

    private static int Rank(string effort) => effort switch
    {
        "none" => 0,
        "minimal" => 1,
        "low" => 2,
        "medium" => 3,
        "high" => 4,
        _ => 5,
    };

    // An effort is a share of what the answer may take, as the public API defines it
    // (https://openrouter.ai/docs/use-cases/reasoning-tokens).
    private long? Budget(CanonicalReasoning? reasoning)
    {
        if (reasoning is null)
        {
            return null;
        }

        if (reasoning.Unwanted)
        {
            return _model.HasLevels ? null : _model.NoThinking;
        }

        if (reasoning.MaxTokens is { } tokens)
        {
            return Math.Clamp(tokens, _model.LeastThinking, _model.MostThinking);
        }

        if (_model.HasLevels)
        {
            return null;
        }

        if (reasoning.Effort is not { } effort)
        {
            // Thinking was asked for, and no amount: as the model likes.
            return reasoning.Enabled == true ? -1 : null;
        }

        var percent = effort switch { "minimal" => 10, "low" => 20, "medium" => 50, "high" => 80, "xhigh" => 95, _ => 100 };
        var limit = Math.Min(_target.MaxOutputTokens ?? _request.MaxOutputTokens ?? long.MaxValue, _model.MostThinking);
        return Math.Clamp(limit * percent / 100, _model.LeastThinking, _model.MostThinking);
    }
}
