using System.Buffers.Text;
using System.Text.Json;
using static Patchbay.Simulator.Gemini.GenerateRequest;

namespace Patchbay.Simulator.Gemini;

/// <summary>Checks a conversation: its parts, its calls and their responses, its signatures.</summary>
/// <param name="isVertex">Vertex AI knows no ids of calls.</param>
/// <param name="isStrict">The first call of a turn must be signed.</param>
internal sealed class ContentsCheck(bool isVertex, bool isStrict)
{
    // https://ai.google.dev/api/caching#Part
    private static readonly string[] Data =
        ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

    private readonly List<string?> _calls = [];

    /// <summary>Throws <see cref="FormatException"/> with the API's kind of message.</summary>
    public void Check(JsonElement contents)
    {
        var at = 0;
        foreach (var content in contents.EnumerateArray())
        {
            var place = $"contents[{at++}]";
            var role = Text(content, "role");
            Require(role is "user" or "model", "Please use a valid role: user, model.");
            Require(content.TryGetProperty("parts"u8, out var parts) && parts.GetArrayLength() > 0,
                $"* GenerateContentRequest.{place}.parts: contents.parts must not be empty.");
            var responses = CountResponses(parts);
            Require(responses == 0 || responses == _calls.Count,
                "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
            CheckParts(parts, place, role == "model");
        }
    }

    private void CheckParts(JsonElement parts, string place, bool isModel)
    {
        var names = _calls.ToArray();
        var responses = 0;
        _calls.Clear();
        foreach (var part in parts.EnumerateArray())
        {
            var kinds = 0;
            foreach (var kind in Data)
            {
                kinds += part.TryGetProperty(kind, out _) ? 1 : 0;
            }

            Require(kinds == 1, $"* GenerateContentRequest.{place}.parts: required oneof field 'data' must have one initialized field");
            if (part.TryGetProperty("functionCall"u8, out var call))
            {
                Require(isModel, "Please ensure that function call turns come from the model.");
                CheckCall(part, call);
            }
            else if (part.TryGetProperty("functionResponse"u8, out var response))
            {
                CheckId(response);
                Require(Text(response, "name") == names[responses++], "The name of a function response is not that of its call.");
                Require(response.GetProperty("response"u8).ValueKind == JsonValueKind.Object, "response: Proto field is not repeating");
            }
            else if (part.TryGetProperty("inlineData"u8, out var media))
            {
                Require(Text(media, "mimeType") is { Length: > 0 }, "Unable to submit request because it must have a mimeType.");
                Require(Base64.IsValid(Text(media, "data") ?? ""), "Base64 decoding failed");
            }
            else if (Text(part, "thoughtSignature") is { } signature)
            {
                Require(ThoughtSignature.IsTexts(signature, Text(part, "text") ?? ""), "Thought signature is not valid.");
            }
        }
    }

    private void CheckCall(JsonElement part, JsonElement call)
    {
        var name = Text(call, "name");
        CheckId(call);
        var arguments = call.GetProperty("args"u8);
        Require(arguments.ValueKind == JsonValueKind.Object, "args: Proto field is not repeating");
        if (Text(part, "thoughtSignature") is { } signature)
        {
            Require(ThoughtSignature.IsCalls(signature, name ?? "", arguments.GetRawText()), "Thought signature is not valid.");
        }
        else
        {
            Require(!isStrict || _calls.Count > 0, $"Function call `{name}` is missing a `thought_signature`.");
        }

        _calls.Add(name);
    }

    private void CheckId(JsonElement element)
    {
        var id = Text(element, "id");
        Require(id is null || !isVertex, "Invalid JSON payload received. Unknown name \"id\": Cannot find field.");
        Require(id is null || id.StartsWith("call_sim_", StringComparison.Ordinal), "The id of a function call is not one that was given.");
    }

    private static int CountResponses(JsonElement parts)
    {
        var count = 0;
        foreach (var part in parts.EnumerateArray())
        {
            count += part.TryGetProperty("functionResponse"u8, out _) ? 1 : 0;
        }

        return count;
    }
}
