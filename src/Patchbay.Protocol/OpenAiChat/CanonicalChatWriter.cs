using System.Buffers;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Writes the canonical form as a chat request, for callers of another dialect whose provider speaks OpenAI's. The
/// result is a request as a caller of the chat surface would send it: <see cref="ChatRequestReader"/> reads it and
/// <see cref="ChatRequestWriter"/> fits it to the endpoint.</summary>
public static partial class CanonicalChatWriter
{
    /// <summary>Writes the body.</summary>
    public static void Write(CanonicalRequest request, IBufferWriter<byte> output) =>
        Write(request, ChatForm.Full, output);

    /// <summary>Writes the body for a provider that takes less than callers may send. What it does not take is left out,
    /// or said in another way.</summary>
    public static void Write(CanonicalRequest request, ChatForm form, IBufferWriter<byte> output)
    {
        request = ChatFitter.Fit(request, form);
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        json.WriteStartObject();
        Text(json, "model"u8, request.Model);
        if (request.IsPrompt)
        {
            Text(json, "prompt"u8, ((TextPart)request.Messages[0].Parts[0]).Text);
        }
        else
        {
            WriteMessages(json, form, request);
        }

        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        WriteSampling(json, request);
        WriteTools(json, form, request, functionsOnly: false);
        if (request.ToolChoice is { } choice)
        {
            WriteChoice(json, choice);
        }

        Flag(json, "parallel_tool_calls"u8, request.ParallelToolCalls);
        if (request.ResponseFormat is { } format)
        {
            WriteFormat(json, format);
        }

        WriteReasoning(json, request.Reasoning);
        Word(json, "verbosity"u8, request.Verbosity);
        Word(json, "service_tier"u8, request.ServiceTier);
        Text(json, "user"u8, request.User);
        Raw(json, "prediction"u8, request.Prediction);
        Raw(json, "metadata"u8, request.Metadata);
        Raw(json, "web_search_options"u8, request.WebSearchOptions);
        Cache(json, form, request.Cache);
        Extensions(json, request.Extensions);
        json.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter json, CanonicalRequest request)
    {
        Whole(json, "max_tokens"u8, request.MaxTokens);
        Whole(json, "max_completion_tokens"u8, request.MaxCompletionTokens);
        Number(json, "temperature"u8, request.Temperature);
        Number(json, "top_p"u8, request.TopP);
        Whole(json, "top_k"u8, request.TopK);
        Number(json, "min_p"u8, request.MinP);
        Number(json, "top_a"u8, request.TopA);
        Number(json, "frequency_penalty"u8, request.FrequencyPenalty);
        Number(json, "presence_penalty"u8, request.PresencePenalty);
        Number(json, "repetition_penalty"u8, request.RepetitionPenalty);
        Whole(json, "seed"u8, request.Seed);
        Whole(json, "n"u8, request.Choices);
        Flag(json, "logprobs"u8, request.Logprobs);
        Whole(json, "top_logprobs"u8, request.TopLogprobs);
        Raw(json, "logit_bias"u8, request.LogitBias);
        if (request.Stop.Count > 0)
        {
            json.WriteStartArray("stop"u8);
            foreach (var stop in request.Stop)
            {
                json.WriteRawValue(stop.Token, skipInputValidation: true);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Writes <c>messages</c>. The request must have been fitted to the form.</summary>
    internal static void WriteMessages(Utf8JsonWriter json, ChatForm form, CanonicalRequest request)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            WriteMessage(json, form, message);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>tools</c>, if there are any.</summary>
    /// <param name="json">Receives the member.</param>
    /// <param name="form">What the provider takes.</param>
    /// <param name="request">The request.</param>
    /// <param name="functionsOnly">Leaves out tools that are no functions.</param>
    internal static void WriteTools(Utf8JsonWriter json, ChatForm form, CanonicalRequest request, bool functionsOnly)
    {
        var open = false;
        foreach (var tool in request.Tools)
        {
            if (functionsOnly && !tool.Json.IsEmpty)
            {
                continue;
            }

            if (!open)
            {
                json.WriteStartArray("tools"u8);
                open = true;
            }

            WriteTool(json, form, tool);
        }

        if (open)
        {
            json.WriteEndArray();
        }
    }

    /// <summary>Writes <c>tool_choice</c>.</summary>
    internal static void WriteChoice(Utf8JsonWriter json, CanonicalToolChoice choice)
    {
        json.WritePropertyName("tool_choice"u8);
        switch (choice.Kind)
        {
            case ToolChoiceKind.Auto: json.WriteStringValue("auto"u8); break;
            case ToolChoiceKind.None: json.WriteStringValue("none"u8); break;
            case ToolChoiceKind.Required: json.WriteStringValue("required"u8); break;
            case ToolChoiceKind.Named:
                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                Text(json, "name"u8, choice.Name);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default: json.WriteRawValue(choice.Json.Span, skipInputValidation: true); break;
        }
    }

    private static void WriteTool(Utf8JsonWriter json, ChatForm form, CanonicalTool tool)
    {
        if (!tool.Json.IsEmpty)
        {
            json.WriteRawValue(tool.Json.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        Text(json, "name"u8, tool.Name);
        Text(json, "description"u8, tool.Description);
        if (tool.Schema.IsEmpty && form.WithParameters)
        {
            json.WriteJson("parameters"u8, "{\"type\":\"object\",\"properties\":{}}"u8);
        }
        else
        {
            Raw(json, "parameters"u8, tool.Schema);
        }

        Flag(json, "strict"u8, form.Strict ? tool.Strict : null);
        Extensions(json, tool.Extensions);
        json.WriteEndObject();
        Cache(json, form, tool.Cache);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>response_format</c>.</summary>
    internal static void WriteFormat(Utf8JsonWriter json, CanonicalResponseFormat format)
    {
        json.WritePropertyName("response_format"u8);
        if (format.Kind == ResponseFormatKind.Other)
        {
            json.WriteRawValue(format.Json.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, format.Kind switch
        {
            ResponseFormatKind.JsonObject => "json_object"u8,
            ResponseFormatKind.JsonSchema => "json_schema"u8,
            _ => "text"u8,
        });
        if (format.Kind == ResponseFormatKind.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            Text(json, "name"u8, format.Name);
            Text(json, "description"u8, format.Description);
            Raw(json, "schema"u8, format.Schema);
            Flag(json, "strict"u8, format.Strict);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteReasoning(Utf8JsonWriter json, CanonicalReasoning? reasoning)
    {
        if (reasoning is null)
        {
            return;
        }

        json.WriteStartObject("reasoning"u8);
        Word(json, "effort"u8, reasoning.Effort);
        Whole(json, "max_tokens"u8, reasoning.MaxTokens);
        Flag(json, "exclude"u8, reasoning.Exclude);
        Flag(json, "enabled"u8, reasoning.Enabled);
        Word(json, "summary"u8, reasoning.Summary);
        Extensions(json, reasoning.Extensions);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonString text)
    {
        if (!text.IsMissing)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text.Token, skipInputValidation: true);
        }
    }

    private static void Word(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? word)
    {
        if (word is not null)
        {
            json.WriteString(name, word);
        }
    }

    private static void Raw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }

    private static void Flag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? flag)
    {
        if (flag is { } value)
        {
            json.WriteBoolean(name, value);
        }
    }

    private static void Whole(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Cache(Utf8JsonWriter json, ChatForm form, CacheControl? cache)
    {
        if (cache is not null && form.CacheControl)
        {
            json.WriteStartObject("cache_control"u8);
            json.WriteString("type"u8, "ephemeral"u8);
            Word(json, "ttl"u8, cache.Ttl);
            json.WriteEndObject();
        }
    }

    private static void Extensions(Utf8JsonWriter json, List<RawMember> members)
    {
        foreach (var member in members)
        {
            json.WritePropertyName(member.Name);
            json.WriteRawValue(member.Json.Span, skipInputValidation: true);
        }
    }
}
