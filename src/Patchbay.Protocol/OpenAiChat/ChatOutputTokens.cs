using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Our own count of what a model wrote, for answers whose provider does not tell: the o200k_base tokens of text,
/// reasoning, refusals and tool calls in all choices, each string by itself.</summary>
public static class ChatOutputTokens
{
    /// <summary>Counts a whole answer (<c>chat.completion</c> or <c>text_completion</c>); null when the body is not one JSON
    /// document.</summary>
    public static long? Count(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, JsonText.Strict);
        var tokens = 0L;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isChoices = reader.ValueTextEquals("choices"u8);
                    reader.Read();
                    if (isChoices && reader.TokenType == JsonTokenType.StartArray)
                    {
                        tokens += CountChoices(ref reader);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return tokens;
    }

    private static long CountChoices(ref Utf8JsonReader reader)
    {
        var tokens = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMessage = reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("delta"u8);
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isMessage && reader.TokenType == JsonTokenType.StartObject)
                {
                    tokens += CountMessage(ref reader);
                }
                else if (isText && reader.TokenType == JsonTokenType.String)
                {
                    tokens += ChatPromptTokens.CountString(reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return tokens;
    }

    private static long CountMessage(ref Utf8JsonReader reader)
    {
        var tokens = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("reasoning_content"u8)
                || reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("refusal"u8);
            var isCall = reader.ValueTextEquals("tool_calls"u8) || reader.ValueTextEquals("function_call"u8);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String when isText:
                    tokens += ChatPromptTokens.CountString(reader);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject when isText || isCall:
                    tokens += CountParts(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return tokens;
    }

    // Content parts and tool calls, however deep: what the model wrote stands under a few names.
    private static long CountParts(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        var isText = false;
        var tokens = 0L;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isText = reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("text"u8)
                    || reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("thinking"u8)
                    || reader.ValueTextEquals("input"u8);
            }
            else if (isText && reader.TokenType == JsonTokenType.String)
            {
                tokens += ChatPromptTokens.CountString(reader);
            }
        }

        return tokens;
    }
}
