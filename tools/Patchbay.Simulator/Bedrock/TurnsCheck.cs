using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Anthropic;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Bedrock;

/// <summary>Checks a conversation: whose turn it is, its blocks, its calls and their results, its thoughts
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html).</summary>
/// <param name="hasTools">The request defines tools; without, a conversation may hold no calls.</param>
internal sealed class TurnsCheck(bool hasTools)
{
    private HashSet<string> _calls = [];

    /// <summary>Throws <see cref="FormatException"/> with the service's kind of message.</summary>
    public void Check(JsonElement messages)
    {
        string? speaker = null;
        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var role = Text(message, "role");
            var place = $"messages.{at++}";
            Require(role is "user" or "assistant", $"Value at '{place}.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]");
            Require(speaker is not null || role == "user", "A conversation must start with a user message. Try again with a conversation that starts with a user message.");
            Require(role != speaker, "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.");
            speaker = role;
            CheckBlocks(message.GetProperty("content"u8), $"{place}.content", role == "assistant");
        }
    }

    private void CheckBlocks(JsonElement blocks, string place, bool isAssistant)
    {
        Require(blocks.GetArrayLength() > 0, $"The content field in the Message object at {place} is empty. Add a ContentBlock object to the content field and try again.");
        var calls = new HashSet<string>(StringComparer.Ordinal);
        var hasText = false;
        var hasDocument = false;
        var results = 0;
        foreach (var block in blocks.EnumerateArray())
        {
            foreach (var (kind, value) in block.EnumerateObject().Select(static member => (member.Name, member.Value)))
            {
                hasText |= kind == "text";
                hasDocument |= kind == "document";
                results += kind == "toolResult" ? 1 : 0;
                CheckBlock(kind, value, place, isAssistant, calls);
            }
        }

        Require(hasText || !hasDocument, "If you include a document block in a Converse request, you must also include a text block.");
        Require(isAssistant || results == _calls.Count, $"Expected toolResult blocks at {place} for the following Ids: {string.Join(", ", _calls)}");
        _calls = calls;
    }

    private void CheckBlock(string kind, JsonElement value, string place, bool isAssistant, HashSet<string> calls)
    {
        switch (kind)
        {
            case "text":
                Require(!string.IsNullOrWhiteSpace(value.GetString()), $"The text field in the ContentBlock object at {place} is blank. Add text to the text field, and try again.");
                break;
            case "image" or "document" or "video" or "audio":
                Require(Text(value, "format") is { Length: > 0 }, $"The format field at {place} is required.");
                CheckSource(value.GetProperty("source"u8), place);
                break;
            case "toolUse":
                Require(isAssistant && hasTools, "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
                Require(value.GetProperty("input"u8).ValueKind == JsonValueKind.Object, $"The format of the value at {place}.toolUse.input is invalid. Provide a json object for the field and try again.");
                calls.Add(Text(value, "toolUseId") ?? "");
                break;
            case "toolResult":
                Require(!isAssistant && hasTools, "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
                Require(_calls.Contains(Text(value, "toolUseId") ?? ""), $"The number of toolResult blocks at {place} exceeds the number of toolUse blocks of previous turn.");
                break;
            case "reasoningContent":
                Require(isAssistant, $"The reasoningContent at {place} is only for the assistant.");
                CheckReasoning(value, place);
                break;
            case "cachePoint":
                Require(Text(value, "type") == "default", $"The type of the cachePoint at {place} must be default.");
                break;
            default:
                throw new FormatException($"Unknown block {kind} at {place}.");
        }
    }

    private static void CheckSource(JsonElement source, string place) => Require(
        source.TryGetProperty("s3Location"u8, out _) || source.TryGetProperty("text"u8, out _)
            || (Text(source, "bytes") is { Length: > 0 } bytes && Base64.IsValid(bytes)),
        $"The source at {place} must have bytes or an S3 location.");

    private static void CheckReasoning(JsonElement value, string place)
    {
        if (Text(value, "redactedContent") is { } redacted)
        {
            Require(Base64.IsValid(redacted) && ThinkingSignature.IsRedacted(Encoding.UTF8.GetString(Convert.FromBase64String(redacted))),
                $"{place}: Invalid `data` in `redacted_thinking` block");
            return;
        }

        var text = value.GetProperty("reasoningText"u8);
        Require(ThinkingSignature.IsValid(Text(text, "text") ?? "", Text(text, "signature") ?? ""),
            $"{place}: Invalid `signature` in `thinking` block");
    }
}
