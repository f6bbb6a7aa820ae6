using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Replies whose text is given: by the settings, by the request, or by a JSON schema.</summary>
internal static class LiteralReply
{
    private const int LongestToken = 4;

    /// <summary>The text to reply with, or null to generate one.</summary>
    public static string? Choose(Exchange exchange, ChatRequest request)
    {
        var settings = exchange.Settings;
        if (settings.Text is { } text)
        {
            // White space that came too late to be sent is said once more.
            var begun = settings.Prefill == PrefillPolicy.Continue ? LastMessage(request.Messages) : "";
            return text.StartsWith(begun, StringComparison.Ordinal) ? text[begun.Length..] : text;
        }

        if (settings.Refusal)
        {
            return "I cannot help with that.";
        }

        if (settings.Echo)
        {
            return LastUserText(request.Messages);
        }

        return settings.Json || WantsJson(request.ResponseFormat)
            ? SchemaSample.Create(SchemaOf(request.ResponseFormat), exchange.Options.Seed)
            : null;
    }

    /// <summary>Cuts text into pieces and escapes them for JSON: about four characters, or whole words with their space.</summary>
    public static byte[][] Cut(string text, ChunkShape shape)
    {
        var pieces = new List<byte[]>();
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            var ends = i == text.Length || text[i] == ' '
                || (shape == ChunkShape.Token && i - start >= LongestToken && !char.IsLowSurrogate(text[i]));
            if (ends)
            {
                pieces.Add(JsonBytes.Escape(text.AsSpan(start, i - start)));
                start = i;
            }
        }

        return [.. pieces];
    }

    private static bool WantsJson(ReadOnlyMemory<byte> responseFormat)
    {
        if (responseFormat.IsEmpty)
        {
            return false;
        }

        using var format = JsonDocument.Parse(responseFormat);
        return format.RootElement.ValueKind == JsonValueKind.Object
            && format.RootElement.TryGetProperty("type"u8, out var type)
            && (type.ValueEquals("json_schema"u8) || type.ValueEquals("json_object"u8));
    }

    private static JsonElement? SchemaOf(ReadOnlyMemory<byte> responseFormat)
    {
        if (responseFormat.IsEmpty)
        {
            return null;
        }

        using var format = JsonDocument.Parse(responseFormat);
        return format.RootElement.ValueKind == JsonValueKind.Object
            && format.RootElement.TryGetProperty("json_schema"u8, out var wrapper)
            && wrapper.ValueKind == JsonValueKind.Object
            && wrapper.TryGetProperty("schema"u8, out var schema)
                ? schema.Clone()
                : null;
    }

    private static string LastMessage(ReadOnlyMemory<byte> messages)
    {
        using var document = JsonDocument.Parse(messages);
        var last = document.RootElement[document.RootElement.GetArrayLength() - 1];
        return last.TryGetProperty("role"u8, out var role) && role.ValueEquals("assistant"u8)
            && last.TryGetProperty("content"u8, out var content) ? TextOf(content) : "";
    }

    private static string LastUserText(ReadOnlyMemory<byte> messages)
    {
        using var document = JsonDocument.Parse(messages);
        var last = "";
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return last;
        }

        foreach (var message in document.RootElement.EnumerateArray())
        {
            if (message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("role"u8, out var role) && role.ValueEquals("user"u8)
                && message.TryGetProperty("content"u8, out var content))
            {
                last = TextOf(content);
            }
        }

        return last;
    }

    private static string TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString() ?? "";
        }

        var text = "";
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text"u8, out var piece))
                {
                    text += piece.GetString();
                }
            }
        }

        return text;
    }
}
