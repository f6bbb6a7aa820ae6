using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A conversation as a caller leads it: what was said goes back as it came.</summary>
internal static class Conversation
{
    /// <summary>The assistant's message of one more turn. Streamed fragments of reasoning stay fragments.</summary>
    public static async Task<JsonNode> TurnAsync(
        World world, string model, JsonArray messages, string more, bool stream, CancellationToken cancellationToken)
    {
        var body = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":{{messages.ToJsonString()}},{{more}} }""";
        var response = await world.Api.PostAsync("/api/v1/chat/completions", body, cancellationToken);
        Assert.True(response.Status == 200, response.Body);
        return stream ? Join(response.Body) : JsonNode.Parse(response.Body)!["choices"]![0]!["message"]!.DeepClone();
    }

    private static JsonObject Join(string events)
    {
        var text = "";
        var details = new JsonArray();
        var calls = new JsonArray();
        foreach (var line in events.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var delta = JsonNode.Parse(line[6..])!["choices"]?.AsArray().FirstOrDefault()?["delta"];
            text += (string?)delta?["content"];
            foreach (var detail in delta?["reasoning_details"]?.AsArray() ?? [])
            {
                details.Add(detail!.DeepClone());
            }

            foreach (var call in delta?["tool_calls"]?.AsArray() ?? [])
            {
                if ((int)call!["index"]! == calls.Count)
                {
                    calls.Add(call.DeepClone());
                }
                else
                {
                    var function = calls[(int)call["index"]!]!["function"]!;
                    function["arguments"] = (string?)function["arguments"] + (string?)call["function"]!["arguments"];
                }
            }
        }

        var message = new JsonObject { ["role"] = "assistant", ["content"] = text.Length > 0 ? text : null, ["reasoning_details"] = details };
        if (calls.Count > 0)
        {
            message["tool_calls"] = calls;
        }

        return message;
    }
}
