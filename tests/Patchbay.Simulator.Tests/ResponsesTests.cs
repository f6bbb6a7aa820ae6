using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Tests;

/// <summary>The Responses API as the simulator plays it (https://platform.openai.com/docs/api-reference/responses).</summary>
public sealed class ResponsesTests
{
    private const string Thinking = "\"reasoning\":{\"effort\":\"high\",\"summary\":\"auto\"},\"include\":[\"reasoning.encrypted_content\"]";
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"name\":\"look_up\",\"strict\":false,\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}}}}]";

    [Theory]
    [InlineData("gpt-5;tokens=5;reasoning=3;redacted=1", Thinking)]
    [InlineData("gpt-5;tools=2;reasoning=3", Thinking + "," + Tools)]
    [InlineData("gpt-5;refusal=true", "\"metadata\":{}")]
    [InlineData("gpt-5;tokens=40", "\"max_output_tokens\":16,\"include\":[\"message.output_text.logprobs\"]")]
    public async Task A_stream_says_the_same_as_the_whole_response(string model, string more)
    {
        await using var upstream = await Upstream.StartAsync();

        var whole = JsonNode.Parse(await BodyAsync(upstream, model, more))!;
        upstream.Simulator.Reset();
        var stream = await EventsAsync(upstream, model, more);

        var end = stream[^1];
        Assert.Equal("response." + (string?)whole["status"], (string?)end["type"]);
        Assert.Equal(Said(whole), Said(end["response"]!));
        var done = stream.Where(data => (string?)data["type"] == "response.output_item.done").Select(data => data["item"]!.ToJsonString());
        Assert.Equal(end["response"]!["output"]!.AsArray().Select(item => item!.ToJsonString()), done);
        Assert.Equal(Enumerable.Range(0, stream.Count), stream.Select(data => (int)data["sequence_number"]!));
        Assert.Equal(
            string.Concat(Items(end, "message").SelectMany(item => item["content"]!.AsArray()).Select(part => (string?)part!["text"] ?? (string?)part["refusal"])),
            Deltas(stream, "response.output_text.delta") + Deltas(stream, "response.refusal.delta"));
        Assert.Equal(
            string.Concat(Items(end, "function_call").Select(item => (string?)item["arguments"])), Deltas(stream, "response.function_call_arguments.delta"));
        Assert.Equal(
            string.Concat(Items(end, "reasoning").SelectMany(item => item["summary"]!.AsArray()).Select(part => (string?)part!["text"])),
            Deltas(stream, "response.reasoning_summary_text.delta"));
    }

    [Theory]
    [InlineData("\"stop\":[\"x\"]", "stop")]
    [InlineData("\"max_output_tokens\":5", "max_output_tokens")]
    [InlineData("\"temperature\":0.5", "temperature")]
    [InlineData("\"include\":[\"everything\"]", "include")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "tools[0].name")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}]", "tools[0].parameters")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"name\":\"other\"}," + Tools, "tool_choice")]
    [InlineData("\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}}", "text.format.name")]
    public async Task What_the_API_refuses_is_refused(string more, string named)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await RefusalAsync(upstream, "gpt-5", more);

        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(named, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("""{"type":"function_call_output","call_id":"c","output":"r"}""", "No tool call found for function call output with call_id c.")]
    [InlineData("""{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}""", "No tool output found for function call c.")]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[]},{"type":"message","role":"assistant","content":"a"}""", "Item with id 'rs_1' not found.")]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAAx"}""", "The encrypted content for item rs_1 could not be verified.")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a"}]}""", "Invalid value: 'text'.")]
    [InlineData("""{"role":"assistant","content":[{"type":"input_text","text":"a"}]}""", "Invalid value: 'input_text'.")]
    public async Task An_item_in_a_wrong_place_is_refused(string item, string message)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await RefusalAsync(upstream, "gpt-5", "\"user\":\"u\"", "," + item);

        Assert.StartsWith(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reasoning_is_known_again_unless_a_byte_of_it_was_changed()
    {
        await using var upstream = await Upstream.StartAsync();
        var first = JsonNode.Parse(await BodyAsync(upstream, "gpt-5;tokens=2;reasoning=4", Thinking))!;
        var items = first["output"]!.AsArray().Select(item => item!.DeepClone()).ToList();

        var known = await PostAsync(upstream, "gpt-5", Thinking, false, "," + string.Join(',', items.Select(item => item.ToJsonString())));
        items[0]["summary"]![0]!["text"] = (string?)items[0]["summary"]![0]!["text"] + " ";
        var changed = await PostAsync(upstream, "gpt-5", Thinking, false, "," + string.Join(',', items.Select(item => item.ToJsonString())));

        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, changed.StatusCode);
    }

    // Ids and times differ between two answers.
    private static string Said(JsonNode response) => string.Join('|', response["output"]!.AsArray().Select(item => item!["type"] + ":"
        + item["arguments"] + item["content"]?.ToJsonString() + item["summary"]?.ToJsonString())) + response["usage"]!.ToJsonString();

    private static IEnumerable<JsonNode> Items(JsonNode end, string type) =>
        end["response"]!["output"]!.AsArray().Where(item => (string?)item!["type"] == type).Select(item => item!);

    private static string Deltas(List<JsonNode> events, string type) =>
        string.Concat(events.Where(data => (string?)data["type"] == type).Select(data => (string?)data["delta"]));

    private static async Task<JsonElement> RefusalAsync(Upstream upstream, string model, string more, string items = "")
    {
        var response = await PostAsync(upstream, model, more, false, items);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("error");
    }

    private static Task<HttpResponseMessage> PostAsync(Upstream upstream, string model, string more, bool stream = false, string items = "") =>
        upstream.SendAsync(
            "alpha/v1/responses",
            $$"""{"model":"{{model}}","store":false,"stream":{{(stream ? "true" : "false")}},"input":[{"role":"user","content":"Hello"}{{items}}],{{more}} }""",
            headers: [("Authorization", "Bearer k")]);

    private static async Task<string> BodyAsync(Upstream upstream, string model, string more, bool stream = false)
    {
        var response = await PostAsync(upstream, model, more, stream);
        var body = await response.Content.ReadAsStringAsync(Upstream.Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return body;
    }

    private static async Task<List<JsonNode>> EventsAsync(Upstream upstream, string model, string more)
    {
        var body = await BodyAsync(upstream, model, more, stream: true);
        return [.. body.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!)];
    }
}
