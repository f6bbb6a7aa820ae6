using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Patchbay.Api;

/// <summary>Texts of messages and answers.</summary>
internal static class FusionText
{
    /// <summary>The text of a JSON string; of one that holds half a character, which no string of ours can, the escaped
    /// form.</summary>
    public static string Of(JsonElement value)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)[1..^1]);
        }
    }

    /// <summary>The conversation as text, a paragraph a message. What is not text is named by its kind.</summary>
    public static string Conversation(JsonElement messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind == JsonValueKind.Object)
            {
                text.Append('[').Append(FusionSettings.Role(message)).Append("]\n");
                Append(text, message);
                text.Append("\n\n");
            }
        }

        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content))
        {
            return;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            text.Append(Of(content));
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                if (part.ValueKind != JsonValueKind.Object)
                {
                    continue;
                }

                if (part.TryGetProperty("text", out var words) && words.ValueKind == JsonValueKind.String)
                {
                    text.Append(Of(words));
                }
                else if (part.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
                {
                    text.Append('(').Append(Of(type)).Append(')');
                }
            }
        }
    }
}
