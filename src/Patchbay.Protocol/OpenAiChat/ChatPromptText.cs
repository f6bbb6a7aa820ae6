using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>The texts of a chat request by which its task can be told: the last message of the user, or <c>prompt</c>, and
/// the beginning of the system message. Made only for requests to routers.</summary>
public sealed record ChatPromptText
{
    private const int Longest = 8_000;
    private const int Head = 6_000;
    private const int LongestSystem = 2_000;

    /// <summary>The last message of the user; of a long one the beginning and the end.</summary>
    public string User { get; private set; } = "";

    /// <summary>The beginning of the first system or developer message; empty without one.</summary>
    public string System { get; private set; } = "";

    /// <summary>How many messages there are.</summary>
    public int Messages { get; private set; }

    /// <summary>At least one message is the result of a tool.</summary>
    public bool HasToolResults { get; private set; }

    /// <summary>The <c>model</c> of the last assistant message, where it says so.</summary>
    public string? LastModel { get; private set; }

    /// <summary>Reads the body of a chat request that <see cref="ChatRequestReader"/> has accepted.</summary>
    public static ChatPromptText Read(ReadOnlySpan<byte> body)
    {
        var text = new ChatPromptText();
        var reader = new Utf8JsonReader(body, JsonText.Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMessages = reader.ValueTextEquals("messages"u8);
            var isPrompt = reader.ValueTextEquals("prompt"u8);
            reader.Read();
            if (isMessages && reader.TokenType == JsonTokenType.StartArray)
            {
                text.ReadMessages(ref reader);
            }
            else if (isPrompt && reader.TokenType == JsonTokenType.String)
            {
                text.User = Cut(JsonText.String(reader));
            }
            else
            {
                reader.Skip();
            }
        }

        return text;
    }

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            Messages++;
            var role = "";
            var content = "";
            string? model = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRole = reader.ValueTextEquals("role"u8);
                var isContent = reader.ValueTextEquals("content"u8);
                var isModel = reader.ValueTextEquals("model"u8);
                reader.Read();
                if (isContent)
                {
                    content = Content(ref reader);
                }
                else if (isRole && reader.TokenType == JsonTokenType.String)
                {
                    role = JsonText.String(reader);
                }
                else if (isModel && reader.TokenType == JsonTokenType.String)
                {
                    model = JsonText.String(reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            Note(role, content, model);
        }
    }

    private void Note(string role, string content, string? model)
    {
        switch (role)
        {
            case "user":
                User = Cut(content);
                break;
            case "system" or "developer" when System.Length == 0:
                System = content.Length > LongestSystem ? content[..LongestSystem] : content;
                break;
            case "assistant":
                LastModel = model;
                break;
            case "tool":
                HasToolResults = true;
                break;
            default:
                break;
        }
    }

    // A string, or the text parts of an array.
    private static string Content(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return JsonText.String(reader);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return "";
        }

        var texts = new StringBuilder();
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2
                && reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    texts.Append(texts.Length > 0 ? "\n" : "").Append(JsonText.String(reader));
                }
            }
        }

        return texts.ToString();
    }

    private static string Cut(string text) =>
        text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Head), "\n", text.AsSpan(text.Length - (Longest - Head)));
}
