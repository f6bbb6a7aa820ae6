using System.Buffers;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes one request as the input of a language model on Replicate: the names that its models share
/// (https://replicate.com/meta/meta-llama-3-70b-instruct/api/schema, …/anthropic/claude-4-sonnet, …/openai/gpt-4o).</summary>
internal static class ReplicateRequestWriter
{
    internal const Parameters Sayable = Parameters.MaxTokens | Parameters.MaxCompletionTokens | Parameters.Temperature | Parameters.TopP;

    private static readonly JsonString BlankLine = JsonString.Of("\n\n");

    public static DialectRequest Write(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output)
    {
        if (Unsendable(request, out var system, out var prompt) is { } why)
        {
            return new DialectRequest { Unsendable = why };
        }

        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        json.WriteStartObject();
        json.WriteStartObject("input"u8);
        if (!system.IsEmpty)
        {
            json.WritePropertyName("system_prompt"u8);
            json.WriteRawValue(system.Token, skipInputValidation: true);
        }

        json.WritePropertyName("prompt"u8);
        json.WriteRawValue(prompt.Token, skipInputValidation: true);
        if ((target.MaxOutputTokens ?? request.MaxOutputTokens) is { } limit)
        {
            json.WriteNumber("max_tokens"u8, limit);
        }

        var dropped = request.Used & ~Sayable;
        dropped |= WriteNumber(json, "temperature"u8, Parameters.Temperature, request.Temperature, target);
        dropped |= WriteNumber(json, "top_p"u8, Parameters.TopP, request.TopP, target);
        json.WriteEndObject();
        json.WriteEndObject();
        return new DialectRequest { Dropped = dropped };
    }

    private static Parameters WriteNumber(
        Utf8JsonWriter json, ReadOnlySpan<byte> name, Parameters parameter, double? value, in DialectTarget target)
    {
        if (value is not { } number)
        {
            return Parameters.None;
        }

        if ((target.Supported & parameter) == 0)
        {
            return parameter;
        }

        json.WriteNumber(name, number);
        return Parameters.None;
    }

    private static string? Unsendable(CanonicalRequest request, out JsonString system, out JsonString prompt)
    {
        system = default;
        prompt = default;
        if (request.Tools.Count > 0)
        {
            return "takes no tools.";
        }

        if (request.ResponseFormat is { Kind: not ResponseFormatKind.Text })
        {
            return "takes no response_format.";
        }

        foreach (var message in request.Messages)
        {
            var isSystem = message.Role is CanonicalRole.System or CanonicalRole.Developer;
            if (!isSystem && (message.Role != CanonicalRole.User || !prompt.IsMissing))
            {
                return "takes one message of a user, and no history.";
            }

            var text = default(JsonString);
            foreach (var part in message.Parts)
            {
                if (part is not TextPart piece)
                {
                    return "takes nothing but text.";
                }

                text = Join(text, piece.Text);
            }

            if (isSystem)
            {
                system = Join(system, text);
            }
            else
            {
                prompt = text;
            }
        }

        return prompt.IsMissing ? "needs a message of a user." : null;
    }

    private static JsonString Join(JsonString first, JsonString second) =>
        first.IsEmpty || second.IsEmpty ? JsonString.Join(first, second) : JsonString.Join(JsonString.Join(first, BlankLine), second);
}
