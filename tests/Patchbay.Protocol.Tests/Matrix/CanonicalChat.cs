using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>The requests that every dialect gets, and what its answers say.</summary>
internal static class CanonicalChat
{
    /// <summary>Nine letters and digits, because Mistral takes no other.</summary>
    public const string Call = "Zx9Qw3Rt7";

    public const string OtherCall = "Ab1Cd2Ef3";

    public const string Function = "get_weather";

    public const string Schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    public const string Image = "iVBORw0KGgo=";

    public const string Pdf = "JVBERi0xLjcK";

    /// <summary>What a text answer says; in fixtures as the JSON string <c>Hello, \"Zoë\".\n</c>.</summary>
    public const string Said = "Hello, \"Zoë\".\n";

    public const string Tool = $$"""{"type":"function","function":{"name":"get_weather","description":"Weather now","parameters":{{Schema}} } }""";

    public const string Text = """{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"é\""}],"max_tokens":100,"temperature":0.5}""";

    public const string Stream = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":100,"stream":true}""";

    public const string Tools = $$"""
        {"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Weather?"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"{{Call}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"} }]},
        {"role":"tool","tool_call_id":"{{Call}}","content":"Rain"}],"tools":[{{Tool}}],"tool_choice":"required"}
        """;

    public const string ParallelTools = $$"""
        {"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Weather?"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"{{Call}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"} },{"id":"{{OtherCall}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bergen\"}"} }]},
        {"role":"tool","tool_call_id":"{{Call}}","content":"Rain"},{"role":"tool","tool_call_id":"{{OtherCall}}","content":"Sun"}],"tools":[{{Tool}}],"parallel_tool_calls":true}
        """;

    public const string StructuredOutput = $$"""
        {"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Where?"}],
        "response_format":{"type":"json_schema","json_schema":{"name":"place","strict":true,"schema":{{Schema}} } } }
        """;

    public const string StructuredOutputWithTools = $$"""
        {"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Where?"}],"tools":[{{Tool}}],
        "response_format":{"type":"json_schema","json_schema":{"name":"place","strict":true,"schema":{{Schema}} } } }
        """;

    public const string WithImage = $$"""{"model":"m","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{Image}}"} }]}]}""";

    public const string WithPdf = $$"""{"model":"m","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,{{Pdf}}"} }]}]}""";

    public const string WithCache = """{"model":"m","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"Long","cache_control":{"type":"ephemeral"}}]}]}""";

    /// <summary>The next turn after an answer with reasoning: it goes back as the caller heard it.</summary>
    public static string Replay(Heard heard)
    {
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = heard.Text,
            ["reasoning"] = heard.Reasoning,
            ["reasoning_details"] = new JsonArray([.. heard.Details.Select(detail => detail.DeepClone())]),
        };
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Why?" }, message);
        if (heard.Calls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. heard.Calls.Values.Select(call => new JsonObject
            {
                ["id"] = call.Id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
            })]);
            foreach (var call in heard.Calls.Values)
            {
                messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call.Id, ["content"] = "Rain" });
            }
        }
        else
        {
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = "And?" });
        }

        return new JsonObject
        {
            ["model"] = "m",
            ["max_tokens"] = 10000,
            ["reasoning"] = new JsonObject { ["effort"] = "high" },
            ["messages"] = messages,
            ["tools"] = new JsonArray(JsonNode.Parse(Tool)),
        }.ToJsonString();
    }
}
