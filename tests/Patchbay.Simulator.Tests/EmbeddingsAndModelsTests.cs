using System.Runtime.InteropServices;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

public sealed class EmbeddingsAndModelsTests
{
    [Fact]
    public async Task Embeddings_are_unit_vectors_that_depend_on_the_input_alone()
    {
        await using var upstream = await Upstream.StartAsync();
        var both = await upstream.JsonAsync(
            "alpha/v1/embeddings", "{\"model\":\"e\",\"input\":[\"one thing\",\"another\"],\"dimensions\":32}");
        var one = await upstream.JsonAsync(
            "alpha/v1/embeddings", "{\"model\":\"e\",\"input\":\"another\",\"dimensions\":32,\"encoding_format\":\"base64\"}");

        var vector = both.GetProperty("data")[1].GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle()).ToArray();
        var bytes = one.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();

        Assert.Equal(32, vector.Length);
        Assert.Equal(vector, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        Assert.InRange(vector.Sum(x => x * x), 0.999f, 1.001f);
        Assert.NotEqual(vector[0], both.GetProperty("data")[0].GetProperty("embedding")[0].GetSingle());
        Assert.Equal(3 + 2, both.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("e", both.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("[1,2,3]", 1, 3)]
    [InlineData("[[1,2],[3,4,5]]", 2, 5)]
    public async Task Embeddings_accept_token_numbers(string input, int vectors, int tokens)
    {
        await using var upstream = await Upstream.StartAsync();

        var reply = await upstream.JsonAsync("v1/embeddings", $$"""{"model":"e","input":{{input}}}""");

        Assert.Equal(vectors, reply.GetProperty("data").GetArrayLength());
        Assert.Equal(tokens, reply.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Each_provider_lists_its_models()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions
        {
            Providers = [new SimulatorProvider { Name = "alpha", Models = ["a-1", "org/a-2"] }],
        });

        var alpha = await upstream.JsonAsync("alpha/v1/models");
        var unknown = await upstream.JsonAsync("unknown/v1/models");
        var plain = await upstream.JsonAsync("v1/models");
        var single = await upstream.JsonAsync("alpha/v1/models/org/a-2");

        Assert.Equal(["a-1", "org/a-2"], Ids(alpha));
        Assert.Equal(SimulatorProvider.DefaultModels, Ids(unknown));
        Assert.Equal("sim", plain.GetProperty("data")[0].GetProperty("owned_by").GetString());
        Assert.Equal("org/a-2", single.GetProperty("id").GetString());
    }

    private static List<string> Ids(JsonElement list) =>
        [.. list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
}
