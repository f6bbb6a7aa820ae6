using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as Converse and ConverseStream take it
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).</summary>
internal sealed partial class ConverseRequestWriter
{
    internal const Parameters Unknown = Parameters.FrequencyPenalty | Parameters.PresencePenalty
        | Parameters.RepetitionPenalty | Parameters.MinP | Parameters.TopA | Parameters.LogitBias | Parameters.Logprobs
        | Parameters.TopLogprobs | Parameters.Prediction | Parameters.Seed | Parameters.WebSearchOptions;

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
    private const int MostStops = 2500;

    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly ConverseModel _model;
    private readonly Utf8JsonWriter _json;
    private readonly AnswerForm _form;
    private readonly string? _answerTool;
    private long? _limit;
    private bool _forced;
    private Parameters _dropped;
    private Parameters _emulated;
    private Modalities _unsayable;

    private ConverseRequestWriter(CanonicalRequest request, in DialectTarget target, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _json = json;
        _model = ConverseModel.Of(target.Model.Span);
        _limit = target.MaxOutputTokens ?? request.MaxOutputTokens;
        _dropped = request.Used & Unknown;
        _form = ChooseForm();
        _answerTool = _form == AnswerForm.Tool ? AnswerText.FreeToolName(request) : null;
        _forced = _form == AnswerForm.Tool || WantsCall();
        _thinking = ChooseThinking();
    }

    private enum AnswerForm
    {
        Free,
        Schema,
        Tool,
        Instruction,
    }

    public static DialectRequest Write(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        var writer = new ConverseRequestWriter(request, target, json);
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
        WriteSystem();
        WriteMessages();
        WriteTools();
        WriteInference();
        WriteAdditional();
        WriteOutputConfig();
        WriteTier();

        // https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html,
        // …/latency-optimized-inference.html, …/conversation-inference-call.html
        WriteExtension("guardrailConfig");
        WriteExtension("performanceConfig");
        WriteExtension("requestMetadata");
        WriteExtension("additionalModelResponseFieldPaths");
        _json.WriteEndObject();
    }

    private bool Supports(Parameters parameter) => (_target.Supported & parameter) != 0;

    private bool HasTools() => _request.Tools.Count > 0;

    private bool WantsCall() =>
        HasTools() && Supports(Parameters.ToolChoice)
        && _request.ToolChoice?.Kind is ToolChoiceKind.Required or ToolChoiceKind.Named;

    // The API's own form, else a call that the model must make, else words:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html.
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

        return Supports(Parameters.ToolChoice) && _model.Rules.Thinking != AnthropicThinking.Always
            ? AnswerForm.Tool
            : AnswerForm.Instruction;
    }

    private void WriteInference()
    {
        var sampling = CanSample();
        var temperature = sampling && Supports(Parameters.Temperature) ? _request.Temperature : null;
        var topP = sampling && Supports(Parameters.TopP) && !(temperature is not null && _model.Rules.OneOfTemperatureAndTopP)
            ? _request.TopP
            : null;
        _dropped |= _request.Used & ((temperature is null ? Parameters.Temperature : Parameters.None)
            | (topP is null ? Parameters.TopP : Parameters.None));
        var stops = UsableStops();
        if (_limit is null && temperature is null && topP is null && stops == 0)
        {
            return;
        }

        _json.WriteStartObject("inferenceConfig"u8);
        if (_limit is { } limit)
        {
            _json.WriteNumber("maxTokens"u8, limit);
        }

        if (temperature is { } heat)
        {
            _json.WriteNumber("temperature"u8, Math.Min(heat, 1));
        }

        if (topP is { } share)
        {
            _json.WriteNumber("topP"u8, share);
        }

        if (stops > 0)
        {
            _json.WriteStartArray("stopSequences"u8);
            foreach (var stop in _request.Stop)
            {
                if (!stop.IsBlank && stops-- > 0)
                {
                    _json.WriteText(stop);
                }
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private int UsableStops()
    {
        var count = 0;
        foreach (var stop in _request.Stop)
        {
            count += stop.IsBlank ? 0 : 1;
        }

        _dropped |= count < _request.Stop.Count || count > MostStops ? Parameters.Stop : Parameters.None;
        return Math.Min(count, MostStops);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_OutputFormat.html: the schema is JSON in a string.
    private void WriteOutputConfig()
    {
        if (_form != AnswerForm.Schema)
        {
            return;
        }

        var format = _request.ResponseFormat!;
        _json.WriteStartObject("outputConfig"u8);
        _json.WriteStartObject("textFormat"u8);
        _json.WriteString("type"u8, "json_schema"u8);
        _json.WriteStartObject("structure"u8);
        _json.WriteStartObject("jsonSchema"u8);
        _json.WriteString("schema"u8, format.Schema.Span);
        if (!format.Name.IsEmpty)
        {
            _json.WriteText("name"u8, format.Name);
        }

        if (!format.Description.IsBlank)
        {
            _json.WriteText("description"u8, format.Description);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    // https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html
    private void WriteTier()
    {
        var tier = _request.ServiceTier switch
        {
            "priority" or "fast" => "priority",
            "flex" => "flex",
            "reserved" => "reserved",
            "default" or "standard" or "standard_only" => "default",
            _ => null,
        };
        if (tier is not null)
        {
            _json.WriteStartObject("serviceTier"u8);
            _json.WriteString("type"u8, tier);
            _json.WriteEndObject();
        }
    }

    private void WriteExtension(string name)
    {
        if (Extension(name) is { IsEmpty: false } json)
        {
            _json.WriteJson(Encoding.UTF8.GetBytes(name), json.Span);
        }
    }

    private ReadOnlyMemory<byte> Extension(string name)
    {
        foreach (var extension in _request.Extensions)
        {
            if (extension.Name == name && !extension.Json.Span.SequenceEqual("null"u8))
            {
                return extension.Json;
            }
        }

        return default;
    }
}
