using System.Buffers;
using System.Text.Json;

namespace Patchbay.Simulator.OpenAi;

/// <summary>What the simulator needs to know of a chat completions request, read in one pass.</summary>
internal sealed class ChatRequest
{
    public string Model { get; private set; } = "";

    public bool Stream { get; private set; }

    public bool IncludeUsage { get; private set; }

    public int? MaxTokens { get; private set; }

    public int Choices { get; private set; } = 1;

    public bool Logprobs { get; private set; }

    /// <summary>Bytes of text in the messages.</summary>
    public int PromptBytes { get; private set; }

    /// <summary>The raw value of each member, empty when absent.</summary>
    public ReadOnlyMemory<byte> Messages { get; private set; }

    public ReadOnlyMemory<byte> Tools { get; private set; }

    public ReadOnlyMemory<byte> ToolChoice { get; private set; }

    public ReadOnlyMemory<byte> ResponseFormat { get; private set; }

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no chat request.</summary>
    public static ChatRequest Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var request = new ChatRequest();
            request.ReadMembers(body);
            return request;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The body is not a chat request: {exception.Message}", exception);
        }
    }

    private void ReadMembers(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("expected an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader, body);
        }

        if (Messages.IsEmpty)
        {
            throw new JsonException("'messages' is missing");
        }
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Model = reader.GetString() ?? "";
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            Stream = ReadTruth(ref reader);
        }
        else if (reader.ValueTextEquals("logprobs"u8))
        {
            Logprobs = ReadTruth(ref reader);
        }
        else if (reader.ValueTextEquals("stream_options"u8))
        {
            ReadStreamOptions(ref reader);
        }
        else if (reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("max_completion_tokens"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number)
            {
                var limit = reader.GetInt32();
                MaxTokens = MaxTokens is { } other ? Math.Min(other, limit) : limit;
            }
        }
        else if (reader.ValueTextEquals("n"u8))
        {
            reader.Read();
            Choices = reader.TokenType == JsonTokenType.Number ? Math.Clamp(reader.GetInt32(), 1, 128) : 1;
        }
        else if (reader.ValueTextEquals("messages"u8))
        {
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            CountText(ref reader);
            Messages = body[start..(int)reader.BytesConsumed];
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            Tools = Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("tool_choice"u8))
        {
            ToolChoice = Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("response_format"u8))
        {
            ResponseFormat = Raw(ref reader, body);
        }
        else
        {
            reader.Skip();
        }
    }

    private static bool ReadTruth(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.True;
    }

    private static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull ? default : body[start..(int)reader.BytesConsumed];
    }

    private void ReadStreamOptions(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("include_usage"u8))
            {
                IncludeUsage = ReadTruth(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void CountText(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        var counts = false;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    counts = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8)
                        || reader.ValueTextEquals("arguments"u8);
                    break;
                case JsonTokenType.String when counts:
                    PromptBytes += TextBytes(ref reader);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject when reader.CurrentDepth == depth:
                    return;
            }
        }
        while (reader.Read());
    }

    private static int TextBytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.Length;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var length = reader.CopyString(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        return length;
    }
}
