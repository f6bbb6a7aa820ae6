using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Hosting;

/// <summary>Reading and checking of request bodies.</summary>
internal static class Body
{
    /// <summary>The body as JSON. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new FormatException("The body is not an object");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The body is not JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Throws <see cref="FormatException"/> for a member that is none of these.</summary>
    public static void RequireKnown(JsonElement element, string[] members)
    {
        foreach (var member in element.EnumerateObject())
        {
            Require(Array.IndexOf(members, member.Name) >= 0, $"{member.Name}: extraneous key is not permitted");
        }
    }

    /// <summary>Throws <see cref="FormatException"/> unless a condition holds.</summary>
    public static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }

    /// <summary>The text of a member; null when it is absent or no text.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A text, or all texts of a list of blocks.</summary>
    public static string TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        var text = "";
        foreach (var block in content.EnumerateArray())
        {
            text += Text(block, "text");
        }

        return text;
    }

    /// <summary>A tool as the chat API has it.</summary>
    public static JsonObject Function(string? name, JsonElement schema) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name, ["parameters"] = JsonNode.Parse(schema.GetRawText()) },
    };

    /// <summary>The demand for a tool as the chat API has it.</summary>
    public static JsonObject NamedChoice(string? name) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name },
    };
}
