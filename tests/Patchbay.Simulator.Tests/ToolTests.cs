using System.Text;
using System.Text.Json;

namespace Patchbay.Simulator.Tests;

public sealed class ToolTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{
        "place":{"type":"string"},"days":{"type":"integer"}},"required":["place"]}}},
        {"type":"function","function":{"name":"clock","parameters":{"type":"object","properties":{"zone":{"enum":["UTC"]}}}}}]
        """;

    [Fact]
    public async Task Fragments_of_streamed_tool_calls_join_to_the_plain_ones()
    {
        await using var upstream = await Upstream.StartAsync();

        var plain = (await upstream.ChatJsonAsync("m;tools=3", Tools)).GetProperty("choices")[0];
        var streamed = await upstream.EventsAsync("m;tools=3", Tools);

        var calls = plain.GetProperty("message").GetProperty("tool_calls");
        var joined = Join(streamed, out var order);
        Assert.Equal("tool_calls", plain.GetProperty("finish_reason").GetString());
        Assert.Equal("tool_calls", Chunks.Finish(streamed));
        Assert.Equal(["weather", "clock", "weather"], joined.Values.Select(call => call.Name));
        Assert.Equal(3, calls.GetArrayLength());
        Assert.True(order.Count > 6);
        for (var i = 0; i < 3; i++)
        {
            var arguments = calls[i].GetProperty("function").GetProperty("arguments").GetString();
            Assert.Equal(arguments, joined[i].Arguments.ToString());
            Assert.Equal(JsonValueKind.Object, JsonElement.Parse(arguments!).ValueKind);
        }
    }

    [Fact]
    public async Task Interleaved_fragments_still_join_to_JSON()
    {
        await using var upstream = await Upstream.StartAsync();

        var joined = Join(await upstream.EventsAsync("m;fault=tool-interleaved", Tools), out var order);

        Assert.Equal([0, 1, 0, 1], order[..4]);
        Assert.Equal(2, joined.Count);
        Assert.All(joined.Values, call => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(call.Arguments.ToString()).ValueKind));
    }

    [Fact]
    public async Task Indices_can_have_gaps()
    {
        await using var upstream = await Upstream.StartAsync();

        var joined = Join(await upstream.EventsAsync("m;fault=tool-gap;tools=3"), out _);

        Assert.Equal([0, 2, 4], joined.Keys);
    }

    [Fact]
    public async Task Arguments_can_be_something_else_than_JSON()
    {
        await using var upstream = await Upstream.StartAsync();

        var joined = Join(await upstream.EventsAsync("m;fault=tool-badargs", Tools), out _);

        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(Assert.Single(joined).Value.Arguments.ToString()));
    }

    [Theory]
    [InlineData("\"tool_choice\":\"required\"", "weather")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}", "clock")]
    public async Task A_forced_tool_is_called_without_a_script(string choice, string name)
    {
        await using var upstream = await Upstream.StartAsync();

        var message = (await upstream.ChatJsonAsync("m", Tools + "," + choice)).GetProperty("choices")[0].GetProperty("message");

        var call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(name, call.GetProperty("function").GetProperty("name").GetString());
    }

    private static SortedDictionary<int, (string Name, StringBuilder Arguments)> Join(List<string> events, out List<int> order)
    {
        var calls = new SortedDictionary<int, (string Name, StringBuilder Arguments)>();
        order = [];
        foreach (var chunk in Chunks.Parse(events))
        {
            if (!chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("tool_calls", out var deltas))
            {
                continue;
            }

            var delta = deltas[0];
            var index = delta.GetProperty("index").GetInt32();
            order.Add(index);
            var function = delta.GetProperty("function");
            if (function.TryGetProperty("name", out var name))
            {
                calls[index] = (name.GetString()!, new StringBuilder());
            }

            calls[index].Arguments.Append(function.GetProperty("arguments").GetString());
        }

        return calls;
    }
}
