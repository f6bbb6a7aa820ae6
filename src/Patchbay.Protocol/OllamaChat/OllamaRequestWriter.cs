using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as <c>POST /api/chat</c> takes it
/// (https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion).</summary>
internal sealed partial class OllamaRequestWriter
{
    internal const Parameters Unknown = Parameters.TopA | Parameters.LogitBias | Parameters.Prediction
        | Parameters.WebSearchOptions | Parameters.Verbosity;

    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly Utf8JsonWriter _json;
    private Parameters _dropped;
    private Modalities _unsayable;

    private OllamaRequestWriter(CanonicalRequest request, in DialectTarget target, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _json = json;
        _dropped = request.Used & Unknown;
        _dropped |= request.ParallelToolCalls == false ? Parameters.ParallelToolCalls : Parameters.None;
    }

    public static DialectRequest Write(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        var writer = new OllamaRequestWriter(request, target, json);
        writer.WriteBody();
        return new DialectRequest { Dropped = writer._dropped, Unsayable = writer._unsayable };
    }

    private void WriteBody()
    {
        _json.WriteStartObject();
        _json.WriteString("model"u8, _target.Model.Span);

        // Without the member it streams.
        _json.WriteBoolean("stream"u8, _request.Stream);
        WriteMessages();
        WriteTools();
        WriteFormat();
        WriteThink();
        WriteOptions();
        WriteLogprobs();
        foreach (var extension in _request.Extensions)
        {
            if (extension.Name is "keep_alive" or "truncate" or "shift")
            {
                _json.WriteJson(Encoding.UTF8.GetBytes(extension.Name), extension.Json.Span);
            }
        }

        _json.WriteEndObject();
    }

    private bool Supports(Parameters parameter) => (_target.Supported & parameter) != 0;

    // https://github.com/ollama/ollama/blob/main/docs/capabilities/structured-outputs.mdx
    private void WriteFormat()
    {
        switch (_request.ResponseFormat)
        {
            case { Kind: ResponseFormatKind.JsonSchema, Schema.IsEmpty: false } format:
                _json.WriteJson("format"u8, format.Schema.Span);
                break;
            case { Kind: ResponseFormatKind.JsonObject or ResponseFormatKind.JsonSchema }:
                _json.WriteString("format"u8, "json"u8);
                break;
            case { Kind: ResponseFormatKind.Other }:
                _dropped |= Parameters.ResponseFormat;
                break;
        }
    }

    // https://github.com/ollama/ollama/blob/main/docs/capabilities/thinking.mdx: yes, no, or one of four levels.
    private void WriteThink()
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

        switch (reasoning.Wanted ? reasoning.Effort : "none")
        {
            case "none": _json.WriteBoolean("think"u8, false); break;
            case "minimal" or "low": _json.WriteString("think"u8, "low"u8); break;
            case "medium": _json.WriteString("think"u8, "medium"u8); break;
            case "high": _json.WriteString("think"u8, "high"u8); break;
            case "xhigh" or "max": _json.WriteString("think"u8, "max"u8); break;
            default: _json.WriteBoolean("think"u8, true); break;
        }
    }

    // https://github.com/ollama/ollama/blob/main/docs/modelfile.mdx#valid-parameters-and-values
    private void WriteOptions()
    {
        _json.WriteStartObject("options"u8);
        if ((_target.MaxOutputTokens ?? _request.MaxOutputTokens) is { } limit)
        {
            _json.WriteNumber("num_predict"u8, limit);
        }

        WriteOption("temperature"u8, Parameters.Temperature, _request.Temperature);
        WriteOption("top_p"u8, Parameters.TopP, _request.TopP);
        WriteOption("min_p"u8, Parameters.MinP, _request.MinP);
        WriteOption("repeat_penalty"u8, Parameters.RepetitionPenalty, _request.RepetitionPenalty);
        WriteOption("frequency_penalty"u8, Parameters.FrequencyPenalty, _request.FrequencyPenalty);
        WriteOption("presence_penalty"u8, Parameters.PresencePenalty, _request.PresencePenalty);
        WriteOption("top_k"u8, Parameters.TopK, _request.TopK);
        WriteOption("seed"u8, Parameters.Seed, _request.Seed);
        if (_request.Stop.Count > 0)
        {
            _json.WriteStartArray("stop"u8);
            foreach (var stop in _request.Stop)
            {
                _json.WriteText(stop);
            }

            _json.WriteEndArray();
        }

        foreach (var extension in _request.Extensions)
        {
            if (extension.Name == "options" && extension.Json.Span[0] == (byte)'{')
            {
                WriteMoreOptions(extension.Json);
            }
        }

        _json.WriteEndObject();
    }

    private void WriteOption(ReadOnlySpan<byte> name, Parameters parameter, double? value)
    {
        if (value is { } number && Supports(parameter))
        {
            _json.WriteNumber(name, number);
        }
        else
        {
            _dropped |= _request.Used & parameter;
        }
    }

    private void WriteOption(ReadOnlySpan<byte> name, Parameters parameter, long? value)
    {
        if (value is { } number && Supports(parameter))
        {
            _json.WriteNumber(name, number);
        }
        else
        {
            _dropped |= _request.Used & parameter;
        }
    }

    // What only Ollama knows, such as num_ctx. Names that the request says plainly are its own matter.
    private void WriteMoreOptions(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        while (source.NextMember(out var name))
        {
            var member = source.Member(name);
            if (name is "num_ctx" or "num_keep" or "num_batch" or "num_gpu" or "main_gpu" or "use_mmap" or "num_thread"
                or "repeat_last_n" or "typical_p" or "draft_num_predict")
            {
                _json.WritePropertyName(name);
                _json.WriteRawValue(member.Json.Span, skipInputValidation: true);
            }
        }
    }

    private void WriteLogprobs()
    {
        if (_request.Logprobs != true || !Supports(Parameters.Logprobs))
        {
            _dropped |= _request.Used & (Parameters.Logprobs | Parameters.TopLogprobs);
            return;
        }

        _json.WriteBoolean("logprobs"u8, true);
        if (_request.TopLogprobs is { } top)
        {
            _json.WriteNumber("top_logprobs"u8, Math.Clamp(top, 0, 20));
        }
    }
}
