using System.Buffers;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Our own count of a prompt, for providers that do not tell: the o200k_base tokens of all texts of the messages, and
/// of tools and schemas as they stand, with the few tokens that each message and each answer is framed by
/// (https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken). Pictures, sound and files count nothing.
/// </summary>
public static class ChatPromptTokens
{
    private const int PerMessage = 3;
    private const int PerAnswer = 3;

    /// <summary>Counts the prompt of a chat request that <see cref="ChatRequestReader"/> has accepted; null when the body is
    /// not one JSON document.</summary>
    public static long? Count(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, JsonText.Strict);
        var tokens = (long)PerAnswer;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                var isMessages = reader.ValueTextEquals("messages"u8);
                var isPrompt = reader.ValueTextEquals("prompt"u8);
                var isRaw = reader.ValueTextEquals("tools"u8) || reader.ValueTextEquals("response_format"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isMessages && reader.TokenType == JsonTokenType.StartArray)
                {
                    tokens += CountMessages(ref reader);
                }
                else if (isPrompt && reader.TokenType == JsonTokenType.String)
                {
                    tokens += CountString(reader);
                }
                else
                {
                    reader.Skip();
                    tokens += isRaw ? O200kTokenizer.Count(body[start..(int)reader.BytesConsumed]) : 0;
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return tokens;
    }

    // Texts stand under a few names, at any depth.
    private static long CountMessages(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        var tokens = 0L;
        var isText = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when reader.CurrentDepth == depth + 1:
                    tokens += PerMessage;
                    break;
                case JsonTokenType.PropertyName:
                    isText = IsTextName(reader);
                    break;
                case JsonTokenType.String when isText:
                    tokens += CountString(reader);
                    break;
                default:
                    break;
            }
        }

        return tokens;
    }

    private static bool IsTextName(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("role"u8)
        || reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("refusal"u8);

    /// <summary>The tokens of the string on which the reader is.</summary>
    internal static int CountString(in Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return O200kTokenizer.Count(raw);
        }

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var tokens = O200kTokenizer.Count(rented.AsSpan(0, JsonText.Unescape(raw, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return tokens;
    }
}
