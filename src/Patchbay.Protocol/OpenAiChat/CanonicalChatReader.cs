using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads a chat request, OpenRouter's extensions included, into the canonical form. It is lenient: the request was
/// checked by <see cref="ChatRequestReader"/>, and what has an unknown shape is carried along as it is.</summary>
public static partial class CanonicalChatReader
{
    /// <summary>Reads a body. The result points into it.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static CanonicalRequest Read(ReadOnlyMemory<byte> body)
    {
        var request = new CanonicalRequest();
        var source = new JsonSource(body);
        if (source.OpenObject())
        {
            while (source.NextMember(out var name))
            {
                ReadMember(ref source, name, request);
            }
        }

        return request;
    }

    private static void ReadMember(ref JsonSource source, string name, CanonicalRequest request)
    {
        if (source.Token != JsonTokenType.Null && ParameterNames.TryParse(name, out var parameter))
        {
            request.Used |= parameter;
        }

        switch (name)
        {
            case "model": request.Model = source.Text(); break;
            case "messages": ReadMessages(ref source, request); break;
            case "prompt": ReadPrompt(source.Text(), request); break;
            case "stream": request.Stream = source.Flag() ?? false; break;
            case "tools": ReadTools(ref source, request); break;
            case "tool_choice": request.ToolChoice = ReadToolChoice(source.Json()); break;
            case "parallel_tool_calls": request.ParallelToolCalls = source.Flag(); break;
            case "response_format": request.ResponseFormat = ReadFormat(source.Json()); break;
            case "reasoning": ReadReasoning(ref source, request); break;
            case "reasoning_effort": ReadEffort(source.Text(), request); break;
            case "include_reasoning": ReadInclude(source.Flag(), request); break;
            case "max_tokens": request.MaxTokens = source.Whole(); break;
            case "max_completion_tokens": request.MaxCompletionTokens = source.Whole(); break;
            case "temperature": request.Temperature = source.Number(); break;
            case "top_p": request.TopP = source.Number(); break;
            case "top_k": request.TopK = source.Whole(); break;
            case "min_p": request.MinP = source.Number(); break;
            case "top_a": request.TopA = source.Number(); break;
            case "frequency_penalty": request.FrequencyPenalty = source.Number(); break;
            case "presence_penalty": request.PresencePenalty = source.Number(); break;
            case "repetition_penalty": request.RepetitionPenalty = source.Number(); break;
            case "stop": ReadStop(ref source, request); break;
            case "seed": request.Seed = source.Whole(); break;
            case "n": request.Choices = source.Whole(); break;
            case "logprobs": request.Logprobs = source.Flag(); break;
            case "top_logprobs": request.TopLogprobs = source.Whole(); break;
            case "logit_bias": request.LogitBias = source.Json(); break;
            case "prediction": request.Prediction = source.Json(); break;
            case "metadata": request.Metadata = source.Json(); break;
            case "web_search_options": request.WebSearchOptions = source.Json(); break;
            case "verbosity": request.Verbosity = source.Word(); break;
            case "service_tier": request.ServiceTier = source.Word(); break;
            case "user": request.User = source.Text(); break;
            case "cache_control": request.Cache = ReadCache(ref source); break;
            default: request.Extensions.Add(source.Member(name)); break;
        }
    }

    private static void ReadPrompt(JsonString prompt, CanonicalRequest request)
    {
        if (prompt.IsMissing || request.Messages.Count > 0)
        {
            return;
        }

        request.IsPrompt = true;
        var message = new CanonicalMessage(CanonicalRole.User);
        message.Parts.Add(new TextPart(prompt));
        request.Messages.Add(message);
    }

    private static void ReadStop(ref JsonSource source, CanonicalRequest request)
    {
        if (source.Token == JsonTokenType.String)
        {
            request.Stop.Add(source.Text());
            return;
        }

        if (!source.OpenArray())
        {
            return;
        }

        while (source.NextItem())
        {
            var stop = source.Text();
            if (!stop.IsMissing)
            {
                request.Stop.Add(stop);
            }
        }
    }

    private static CanonicalReasoning ReasoningOf(CanonicalRequest request) => request.Reasoning ??= new CanonicalReasoning();

    private static void ReadReasoning(ref JsonSource source, CanonicalRequest request)
    {
        if (!source.OpenObject())
        {
            return;
        }

        var reasoning = ReasoningOf(request);
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "effort": reasoning.Effort = source.Word() ?? reasoning.Effort; break;
                case "max_tokens": reasoning.MaxTokens = source.Whole(); break;
                case "exclude": reasoning.Exclude = source.Flag() ?? reasoning.Exclude; break;
                case "enabled": reasoning.Enabled = source.Flag(); break;
                case "summary": reasoning.Summary = source.Word(); break;
                default: reasoning.Extensions.Add(source.Member(name)); break;
            }
        }
    }

    private static void ReadEffort(JsonString effort, CanonicalRequest request)
    {
        if (!effort.IsMissing)
        {
            ReasoningOf(request).Effort ??= effort.ToString();
        }
    }

    // The older switch: https://openrouter.ai/docs/use-cases/reasoning-tokens (legacy parameters).
    private static void ReadInclude(bool? include, CanonicalRequest request)
    {
        if (include is false)
        {
            ReasoningOf(request).Exclude ??= true;
        }
        else if (include is true)
        {
            ReasoningOf(request).Exclude ??= false;
        }
    }

    private static CanonicalResponseFormat? ReadFormat(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        JsonString type = default;
        var schema = default(ReadOnlyMemory<byte>);
        var source = new JsonSource(json);
        if (!source.OpenObject())
        {
            return new CanonicalResponseFormat(ResponseFormatKind.Other) { Json = json };
        }

        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "type": type = source.Text(); break;
                case "json_schema": schema = source.Json(); break;
                default: source.Skip(); break;
            }
        }

        var kind = type.ToString() switch
        {
            "text" => ResponseFormatKind.Text,
            "json_object" => ResponseFormatKind.JsonObject,
            "json_schema" when !schema.IsEmpty => ResponseFormatKind.JsonSchema,
            _ => ResponseFormatKind.Other,
        };
        var format = new CanonicalResponseFormat(kind);
        if (kind == ResponseFormatKind.Other)
        {
            format.Json = json;
        }
        else if (kind == ResponseFormatKind.JsonSchema)
        {
            ReadSchema(schema, format);
        }

        return format;
    }

    private static void ReadSchema(ReadOnlyMemory<byte> json, CanonicalResponseFormat format)
    {
        var source = new JsonSource(json);
        if (!source.OpenObject())
        {
            return;
        }

        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "name": format.Name = source.Text(); break;
                case "description": format.Description = source.Text(); break;
                case "schema": format.Schema = source.Json(); break;
                case "strict": format.Strict = source.Flag(); break;
                default: source.Skip(); break;
            }
        }
    }

    private static CacheControl? ReadCache(ref JsonSource source)
    {
        if (!source.OpenObject())
        {
            return null;
        }

        string? ttl = null;
        while (source.NextMember(out var name))
        {
            if (name == "ttl")
            {
                ttl = source.Word();
            }
            else
            {
                source.Skip();
            }
        }

        return new CacheControl(ttl);
    }
}
