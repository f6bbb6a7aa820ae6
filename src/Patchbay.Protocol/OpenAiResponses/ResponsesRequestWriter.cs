using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as <c>POST /responses</c> takes it
/// (https://platform.openai.com/docs/api-reference/responses/create).</summary>
internal sealed partial class ResponsesRequestWriter
{
    internal const Parameters Unknown = Parameters.FrequencyPenalty | Parameters.PresencePenalty | Parameters.RepetitionPenalty
        | Parameters.MinP | Parameters.TopA | Parameters.TopK | Parameters.LogitBias | Parameters.Prediction
        | Parameters.Seed | Parameters.Stop;

    // The API refuses less.
    private const long LeastOutput = 16;

    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly ResponsesTraits _traits;
    private readonly byte[] _format;
    private readonly Utf8JsonWriter _json;
    private readonly AnswerForm _form;
    private readonly string? _answerTool;
    private Parameters _dropped;
    private Parameters _emulated;
    private Modalities _unsayable;

    public ResponsesRequestWriter(
        CanonicalRequest request, in DialectTarget target, ResponsesTraits traits, byte[] format, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _traits = traits;
        _format = format;
        _json = json;
        _dropped = request.Used & Unknown;
        _form = ChooseForm();
        _answerTool = _form == AnswerForm.Tool ? AnswerText.FreeToolName(request) : null;
    }

    private enum AnswerForm
    {
        Free,
        Object,
        Schema,
        Tool,
    }

    public DialectRequest Write()
    {
        _json.WriteStartObject();
        _json.WriteString("model"u8, _target.Model.Span);
        _json.WriteBoolean("store"u8, false);
        if (_request.Stream)
        {
            _json.WriteBoolean("stream"u8, true);
        }

        WriteInput();
        WriteTools();
        WriteText();
        WriteReasoning();
        WriteInclude();
        WriteLimit();
        WriteNumber("temperature"u8, Parameters.Temperature, _request.Temperature);
        WriteNumber("top_p"u8, Parameters.TopP, _request.TopP);
        WriteAccount();
        _json.WriteEndObject();
        return new DialectRequest
        {
            Dropped = _dropped,
            Emulated = _emulated,
            Unsayable = _unsayable,
            AnswerTool = _answerTool,
        };
    }

    private bool Supports(Parameters parameter) => (_target.Supported & parameter) != 0;

    // A form that the model knows itself, else a call that it must make.
    private AnswerForm ChooseForm()
    {
        if (_request.ResponseFormat is not { } format || format.Kind == ResponseFormatKind.Text)
        {
            return AnswerForm.Free;
        }

        if (format.Kind == ResponseFormatKind.JsonSchema && !format.Schema.IsEmpty && Supports(Parameters.StructuredOutputs))
        {
            return AnswerForm.Schema;
        }

        if (format.Kind == ResponseFormatKind.JsonObject && Supports(Parameters.ResponseFormat))
        {
            return AnswerForm.Object;
        }

        var asked = Parameters.ResponseFormat
            | (format.Kind == ResponseFormatKind.JsonSchema ? Parameters.StructuredOutputs : Parameters.None);
        if (format.Kind == ResponseFormatKind.Other || !Supports(Parameters.Tools))
        {
            _dropped |= asked;
            return AnswerForm.Free;
        }

        _emulated |= asked;
        return AnswerForm.Tool;
    }

    // https://platform.openai.com/docs/guides/structured-outputs and …/guides/latest-model (verbosity)
    private void WriteText()
    {
        var verbosity = Supports(Parameters.Verbosity)
            ? _request.Verbosity switch { "xhigh" or "max" => "high", var word => word }
            : null;
        if (verbosity is null)
        {
            _dropped |= _request.Used & Parameters.Verbosity;
        }

        var hasFormat = _form is AnswerForm.Object or AnswerForm.Schema;
        if (verbosity is null && !hasFormat)
        {
            return;
        }

        _json.WriteStartObject("text"u8);
        if (hasFormat)
        {
            WriteFormat(_request.ResponseFormat!);
        }

        if (verbosity is not null)
        {
            _json.WriteString("verbosity"u8, verbosity);
        }

        _json.WriteEndObject();
    }

    private void WriteFormat(CanonicalResponseFormat format)
    {
        _json.WriteStartObject("format"u8);
        if (_form == AnswerForm.Object)
        {
            _json.WriteString("type"u8, "json_object"u8);
        }
        else
        {
            _json.WriteString("type"u8, "json_schema"u8);
            _json.WriteText("name"u8, format.Name.IsEmpty ? JsonString.Of("answer") : format.Name);
            if (!format.Description.IsEmpty)
            {
                _json.WriteText("description"u8, format.Description);
            }

            _json.WriteJson("schema"u8, format.Schema.Span);
            if (format.Strict is { } strict)
            {
                _json.WriteBoolean("strict"u8, strict);
            }
        }

        _json.WriteEndObject();
    }

    // Without storage at the provider a later turn has only what comes back with the answer. Models that do not reason refuse
    // to be asked for it.
    private void WriteInclude()
    {
        var logprobs = _request.Logprobs == true || _request.TopLogprobs > 0;
        if (logprobs && !Supports(Parameters.Logprobs | Parameters.TopLogprobs))
        {
            _dropped |= _request.Used & (Parameters.Logprobs | Parameters.TopLogprobs);
            logprobs = false;
        }

        var reasoning = Supports(Parameters.Reasoning | Parameters.ReasoningEffort | Parameters.IncludeReasoning);
        if (reasoning || logprobs)
        {
            _json.WriteStartArray("include"u8);
            if (reasoning)
            {
                _json.WriteStringValue("reasoning.encrypted_content"u8);
            }

            if (logprobs)
            {
                _json.WriteStringValue("message.output_text.logprobs"u8);
            }

            _json.WriteEndArray();
        }

        if (logprobs && _request.TopLogprobs is { } rivals)
        {
            _json.WriteNumber("top_logprobs"u8, rivals);
        }
    }

    private void WriteLimit()
    {
        if (_target.MaxOutputTokens is { } affordable)
        {
            _json.WriteNumber("max_output_tokens"u8, affordable);
        }
        else if (_request.MaxOutputTokens is { } limit)
        {
            if (limit < LeastOutput)
            {
                _dropped |= _request.Used & (Parameters.MaxTokens | Parameters.MaxCompletionTokens);
            }

            _json.WriteNumber("max_output_tokens"u8, Math.Max(limit, LeastOutput));
        }
    }

    private void WriteNumber(ReadOnlySpan<byte> name, Parameters parameter, double? value)
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

    private void WriteAccount()
    {
        if (_request.ServiceTier is { } tier)
        {
            _json.WriteString("service_tier"u8, tier == "standard" ? "default" : tier);
        }

        if (!_request.User.IsEmpty)
        {
            _json.WriteText("user"u8, _request.User);
        }

        if (!_request.Metadata.IsEmpty)
        {
            _json.WriteJson("metadata"u8, _request.Metadata.Span);
        }

        foreach (var extension in _request.Extensions)
        {
            // What both of OpenAI's interfaces have under the same name.
            if (extension.Name is "prompt_cache_key" or "prompt_cache_options" or "prompt_cache_retention" or "safety_identifier"
                && !extension.Json.Span.SequenceEqual("null"u8))
            {
                _json.WriteJson(Encoding.UTF8.GetBytes(extension.Name), extension.Json.Span);
            }
        }
    }
}
