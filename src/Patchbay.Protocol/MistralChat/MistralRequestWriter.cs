using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as <c>POST /v1/chat/completions</c> of Mistral takes it
/// (https://docs.mistral.ai/api/endpoint/chat): only members that are documented there, for others are refused.</summary>
internal static class MistralRequestWriter
{
    internal const Parameters Unknown = Parameters.TopK | Parameters.MinP | Parameters.TopA | Parameters.RepetitionPenalty
        | Parameters.LogitBias | Parameters.Logprobs | Parameters.TopLogprobs | Parameters.WebSearchOptions | Parameters.Verbosity;

    private static readonly ChatForm Form = new()
    {
        Reasoning = ReasoningReplay.ThinkingParts,
        NoDeveloper = true,
        NoNames = true,
        NamedResults = true,
        AnswerAfterResults = true,
        ShortCallIds = true,
        WithParameters = true,

        // https://docs.mistral.ai/capabilities/document_ai/document_qna
        DocumentUrls = true,
    };

    public static DialectRequest Write(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        var supported = target.Supported;
        var dropped = request.Used & (Unknown | Optional & ~supported);
        json.WriteStartObject();
        json.WriteString("model"u8, target.Model.Span);
        CanonicalChatWriter.WriteMessages(json, Form, ChatFitter.Fit(AsConversation(request), Form));
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        if ((target.MaxOutputTokens ?? request.MaxOutputTokens) is { } limit)
        {
            json.WriteNumber("max_tokens"u8, limit);
        }

        // Temperatures reach to 1.5.
        Number(json, "temperature"u8, Parameters.Temperature, request.Temperature is > 1.5 ? 1.5 : request.Temperature, supported);
        Number(json, "top_p"u8, Parameters.TopP, request.TopP, supported);
        Number(json, "presence_penalty"u8, Parameters.PresencePenalty, request.PresencePenalty, supported);
        Number(json, "frequency_penalty"u8, Parameters.FrequencyPenalty, request.FrequencyPenalty, supported);
        if (request.Seed is >= 0 and var seed && (supported & Parameters.Seed) != 0)
        {
            json.WriteNumber("random_seed"u8, seed);
        }
        else
        {
            dropped |= request.Used & Parameters.Seed;
        }

        if (!request.Prediction.IsEmpty && (supported & Parameters.Prediction) != 0)
        {
            json.WriteJson("prediction"u8, request.Prediction.Span);
        }

        WriteStop(json, request);
        dropped |= WriteTools(json, request);
        dropped |= WriteFormat(json, request);
        dropped |= WriteReasoning(json, request, target);
        foreach (var extension in request.Extensions)
        {
            // Mistral's own, for callers who know whom they speak to.
            if (extension.Name is "safe_prompt" or "prompt_mode" or "guardrails" or "prompt_cache_key")
            {
                json.WriteJson(Encoding.UTF8.GetBytes(extension.Name), extension.Json.Span);
            }
        }

        if (!request.Metadata.IsEmpty)
        {
            json.WriteJson("metadata"u8, request.Metadata.Span);
        }

        json.WriteEndObject();
        return new DialectRequest { Dropped = dropped, Unsayable = Unsayable(request) };
    }

    // What Mistral has and a model may not.
    private const Parameters Optional = Parameters.Temperature | Parameters.TopP | Parameters.PresencePenalty
        | Parameters.FrequencyPenalty | Parameters.Prediction;

    private static CanonicalRequest AsConversation(CanonicalRequest request)
    {
        var copy = request.With(request.Messages);
        copy.IsPrompt = false;
        return copy;
    }

    private static Modalities Unsayable(CanonicalRequest request)
    {
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is VideoPart)
                {
                    return Modalities.Video;
                }
            }
        }

        return Modalities.None;
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, Parameters parameter, double? value, Parameters supported)
    {
        if (value is { } number && (supported & parameter) != 0)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteStop(Utf8JsonWriter json, CanonicalRequest request)
    {
        if (request.Stop.Count == 0)
        {
            return;
        }

        json.WriteStartArray("stop"u8);
        foreach (var stop in request.Stop)
        {
            json.WriteText(stop);
        }

        json.WriteEndArray();
    }

    private static Parameters WriteTools(Utf8JsonWriter json, CanonicalRequest request)
    {
        var dropped = Parameters.None;
        CanonicalChatWriter.WriteTools(json, Form, request, functionsOnly: true);
        if (request.ToolChoice is { } choice)
        {
            if (choice.Kind == ToolChoiceKind.Other)
            {
                dropped |= Parameters.ToolChoice;
            }
            else
            {
                CanonicalChatWriter.WriteChoice(json, choice);
            }
        }

        if (request.ParallelToolCalls is { } parallel)
        {
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        }

        return dropped;
    }

    // https://docs.mistral.ai/capabilities/structured_output
    private static Parameters WriteFormat(Utf8JsonWriter json, CanonicalRequest request)
    {
        if (request.ResponseFormat is not { } format)
        {
            return Parameters.None;
        }

        if (format.Kind == ResponseFormatKind.Other)
        {
            return Parameters.ResponseFormat;
        }

        CanonicalChatWriter.WriteFormat(json, format);
        return Parameters.None;
    }

    // https://docs.mistral.ai/capabilities/reasoning: models with an adjustable effort take reasoning_effort, those that
    // always think take prompt_mode.
    private static Parameters WriteReasoning(Utf8JsonWriter json, CanonicalRequest request, in DialectTarget target)
    {
        if (request.Reasoning is not { } reasoning || !(reasoning.Wanted || reasoning.Unwanted))
        {
            return Parameters.None;
        }

        if ((target.Supported & (Parameters.Reasoning | Parameters.ReasoningEffort)) == 0)
        {
            return reasoning.Wanted ? request.Used & (Parameters.Reasoning | Parameters.ReasoningEffort) : Parameters.None;
        }

        if (target.Efforts is { Count: > 0 } efforts)
        {
            var effort = reasoning.Effort ?? (reasoning.Unwanted ? "none" : "high");
            json.WriteString("reasoning_effort"u8, ReasoningEfforts.Nearest(effort, efforts));
        }
        else if (reasoning.Wanted)
        {
            json.WriteString("prompt_mode"u8, "reasoning"u8);
        }
        else
        {
            json.WriteNull("prompt_mode"u8);
        }

        return Parameters.None;
    }
}
