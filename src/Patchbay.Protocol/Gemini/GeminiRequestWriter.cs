using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request for <c>generateContent</c> (https://ai.google.dev/api/generate-content#request-body). Used once.
/// </summary>
internal sealed partial class GeminiRequestWriter
{
    private readonly CanonicalRequest _request;
    private readonly DialectTarget _target;
    private readonly GeminiModel _model;
    private readonly bool _vertex;
    private readonly Utf8JsonWriter _json;
    private readonly bool _hasFunctions;
    private Parameters _dropped;

    /// <summary>What <see cref="WriteGenerationConfig"/> leaves out for every model.</summary>
    internal const Parameters Unknown = Parameters.MinP | Parameters.TopA | Parameters.RepetitionPenalty
        | Parameters.LogitBias | Parameters.Prediction | Parameters.Verbosity;
    private Parameters _emulated;
    private Modalities _unsayable;
    private string? _answerTool;

    /// <summary>Takes what is to be written.</summary>
    /// <param name="request">What the caller asks.</param>
    /// <param name="target">The endpoint.</param>
    /// <param name="vertex">The endpoint is Vertex AI's, whose calls have no ids.</param>
    /// <param name="json">Receives the body.</param>
    public GeminiRequestWriter(CanonicalRequest request, in DialectTarget target, bool vertex, Utf8JsonWriter json)
    {
        _request = request;
        _target = target;
        _vertex = vertex;
        _model = GeminiModel.Of(Encoding.UTF8.GetString(target.Model.Span));
        _json = json;
        _hasFunctions = HasFunctions();
    }

    /// <summary>Writes the body.</summary>
    public DialectRequest Write()
    {
        ChooseAnswerTool();
        _json.WriteStartObject();
        WriteSystem();
        WriteContents();
        WriteTools();
        WriteToolConfig();
        WriteGenerationConfig();
        WriteExtensions();
        _json.WriteEndObject();
        return new DialectRequest
        {
            Dropped = _dropped,
            Emulated = _emulated,
            Unsayable = _unsayable,
            AnswerTool = _answerTool,
        };
    }

    // Whether a parameter that the caller set may go out; what may not is told to the caller.
    private bool Honours(Parameters parameter)
    {
        if ((_target.Supported & parameter) != 0)
        {
            return true;
        }

        _dropped |= parameter;
        return false;
    }

    // safetySettings (https://ai.google.dev/gemini-api/docs/safety-settings), cachedContent (…/caching), labels (Vertex AI)
    // and serviceTier have no counterpart in the public API: they are passed on under their own names in either spelling.
    private void WriteExtensions()
    {
        foreach (var member in _request.Extensions)
        {
            switch (member.Name)
            {
                case "safety_settings" or "safetySettings":
                    WriteRaw("safetySettings"u8, member.Json);
                    break;
                case "cached_content" or "cachedContent":
                    WriteRaw("cachedContent"u8, member.Json);
                    break;
                case "labels" when _vertex:
                    WriteRaw("labels"u8, member.Json);
                    break;
            }
        }

        if (!_vertex && _request.ServiceTier is "flex" or "priority")
        {
            _json.WriteString("serviceTier"u8, _request.ServiceTier);
        }
    }

    private void WriteRaw(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            _json.WritePropertyName(name);
            _json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }

    private void WriteText(ReadOnlySpan<byte> name, JsonString text)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(text.IsMissing ? "\"\""u8 : text.Token, skipInputValidation: true);
    }
}
