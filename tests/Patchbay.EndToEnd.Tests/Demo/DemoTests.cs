using System.Diagnostics;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Demo;

/// <summary>What somebody meets who types <c>patchbay --demo</c>.</summary>
public sealed class DemoTests(DemoServer fixture) : IClassFixture<DemoServer>
{
    // Priced at some providers and free at none.
    private const string Model = "demo/cedar-8b";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_request_is_answered_within_seconds_of_the_start()
    {
        var clock = Stopwatch.StartNew();

        var response = await fixture.Api.ChatAsync("demo/atlas-large", Token, "\"max_tokens\":16");

        Assert.Equal(200, response.Status);
        var until = fixture.StartedIn + clock.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"Ready after {fixture.StartedIn}, first answer after {until}.");
        Assert.True(until < TimeSpan.FromSeconds(30), $"{until}");
    }

    [Fact]
    public async Task A_streamed_completion_is_found_again_with_its_tokens_and_cost()
    {
        var stream = await fixture.Api.StreamAsync(Model, Token, "\"max_tokens\":40,\"provider\":{\"only\":[\"ember\"]}");

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        Assert.NotEqual("", stream.Text);
        var usage = Assert.Single(stream.Usages);
        var prompt = usage.GetProperty("prompt_tokens").GetInt32();
        Assert.Equal(40, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal((prompt * 0.0000002m) + (40 * 0.0000004m), usage.GetProperty("cost").GetDecimal());

        var response = await fixture.Api.GetAsync($"/api/v1/generation?id={stream.GenerationId}", Token);
        Assert.Equal(200, response.Status);
        var generation = response.Json.GetProperty("data");
        Assert.Equal(prompt, generation.GetProperty("tokens_prompt").GetInt32());
        Assert.Equal(40, generation.GetProperty("tokens_completion").GetInt32());
        Assert.Equal(usage.GetProperty("cost").GetRawText(), generation.GetProperty("total_cost").GetRawText());
        Assert.Equal("Ember (simulated)", generation.GetProperty("provider_name").GetString());
    }

    [Fact]
    public async Task Everything_says_that_it_is_simulated()
    {
        var system = await fixture.Api.GetAsync("/api/v1/system", Token);
        Assert.True(system.Json.GetProperty("data").GetProperty("demo").GetBoolean());

        var models = (await fixture.Api.GetAsync("/api/v1/models", Token)).Json.GetProperty("data");
        Assert.True(models.GetArrayLength() > 3);

        // Routers choose among the models, so that what they answer is simulated, too.
        var own = models.EnumerateArray().Where(model => model.GetProperty("architecture").GetProperty("tokenizer").GetString() != "Router");
        Assert.All(own, model =>
        {
            Assert.StartsWith("demo/", model.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.StartsWith("Demo: ", model.GetProperty("name").GetString(), StringComparison.Ordinal);
            Assert.Contains("simulated", model.GetProperty("description").GetString(), StringComparison.OrdinalIgnoreCase);
        });
        var providers = (await fixture.Api.GetAsync("/api/v1/providers", Token)).Json.GetProperty("data");
        Assert.All(
            providers.EnumerateArray(),
            provider => Assert.EndsWith("(simulated)", provider.GetProperty("name").GetString(), StringComparison.Ordinal));
        Assert.Contains("every provider and all traffic is simulated", fixture.Server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_start_message_gives_an_address_a_key_and_a_command_to_try()
    {
        var output = fixture.Server.Output;

        Assert.Contains($"{fixture.Server.Address.GetLeftPart(UriPartial.Authority)}/api/v1", output, StringComparison.Ordinal);
        Assert.Contains("demo/master.key", output.Replace('\\', '/'), StringComparison.Ordinal);
        Assert.Contains("curl ", output, StringComparison.Ordinal);
        Assert.Contains("\"model\": \"demo/", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_traffic_appears_among_the_generations()
    {
        JsonElement rows;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            rows = (await fixture.Api.GetAsync("/api/v1/generations?limit=100", Token)).Json.GetProperty("data");
            var paid = rows.EnumerateArray().Count(row => row.GetProperty("total_cost").GetDecimal() > 0);
            if (paid >= 10)
            {
                break;
            }

            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{rows.GetArrayLength()} generations, {paid} with a cost");
            await Task.Delay(200, Token);
        }

        Assert.True(rows.EnumerateArray().Select(row => row.GetProperty("model").GetString()).Distinct().Count() > 2);
        Assert.All(rows.EnumerateArray(), row =>
        {
            if (row.GetProperty("provider_name").GetString() is { } provider)
            {
                Assert.EndsWith("(simulated)", provider, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task The_key_file_is_for_its_owner_only_and_nobody_else_gets_in()
    {
        using var stranger = new ApiClient(fixture.Server.Address, null);

        Assert.Equal(401, (await stranger.ChatAsync(Model, Token)).Status);
        Assert.Equal(401, (await stranger.GetAsync("/api/v1/generations", Token)).Status);
        if (!OperatingSystem.IsWindows())
        {
            var file = Path.Combine(fixture.Server.Data, "demo", "master.key");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }
}
