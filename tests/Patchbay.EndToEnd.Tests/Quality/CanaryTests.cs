using System.Globalization;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Quality;

public sealed class CanaryTests
{
    // What the simulator answers differs by nothing but these settings.
    private static readonly WorldModel Model = new(
        "lab/open",
        new WorldEndpoint("honest", "open;tokens=40;tools=1"),
        new WorldEndpoint("upright", "open;tokens=40;tools=1", Prompt: "0.000003"),
        new WorldEndpoint("impostor", "open;tokens=40;tools=1;voice=9", Prompt: "0.000004"),
        new WorldEndpoint("leaky", "open;tokens=40;tools=1;leak=%3C%7Cim_end%7C%3E", Prompt: "0.000005"),
        new WorldEndpoint("rounded", "open;tokens=40;tools=1;noise=12", Prompt: "0.000006"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hosts_are_graded_and_paid_for_by_the_operator_alone()
    {
        await using var world = await StartAsync("canaries: { enabled: true, budget: \"0.50\", models: lab/open }");

        var grades = await GradesAsync(world);

        Assert.Equal("A", Grade(grades["honest"]));
        Assert.Equal("A", Grade(grades["upright"]));
        Assert.Equal("F", Grade(grades["impostor"]));
        Assert.Contains("wrong model", Findings(grades["impostor"]), StringComparison.Ordinal);
        Assert.Equal("F", Grade(grades["leaky"]));
        Assert.Contains("broken template", Findings(grades["leaky"]), StringComparison.Ordinal);
        Assert.Contains(Grade(grades["rounded"]), new[] { "B", "C", "D" });
        Assert.Contains("heavier quantization", Findings(grades["rounded"]), StringComparison.Ordinal);
        Assert.Equal("deprioritized", grades["impostor"].GetProperty("tier").GetString());
        Assert.Equal("insufficient_data", grades["honest"].GetProperty("tier").GetString());

        // Requests with tools leave out the bad ones as long as there are others.
        for (var i = 0; i < 12; i++)
        {
            var answer = await world.Api.ChatAsync("lab/open", Token, """
                "tools":[{"type":"function","function":{"name":"now"}}],"provider":{"sort":"exacto"}
                """);
            Assert.Contains(answer.Json.GetProperty("provider").GetString(), new[] { "HONEST", "UPRIGHT", "ROUNDED" });
        }

        await using var books = await Books.OpenAsync(world, null, Token);
        var spent = -await books.BalanceAsync(LedgerAccount.Canaries(Today), Token);
        Assert.InRange(spent, 1, 500_000_000);
        Assert.Equal(12, (await books.ListAsync(100, Token)).Count);
        Assert.Empty(await books.AuditAsync(Token));
        await Until.TrueAsync(
            async () => (await world.Api.GetAsync("/metrics", Token)).Body.Contains("patchbay_quality_answers_total", StringComparison.Ordinal), Token);
    }

    [Fact]
    public async Task A_budget_that_does_not_cover_a_round_is_not_touched()
    {
        await using var world = await StartAsync("canaries: { enabled: true, budget: \"0.001\", models: lab/open }");

        await Until.TrueAsync(
            () => world.Server.Output.Contains("OverBudget", StringComparison.Ordinal), Token);

        Assert.Equal(0, world.Simulator.Log.Counters.Requests);
        await using var books = await Books.OpenAsync(world, null, Token);
        Assert.Equal(0, await books.BalanceAsync(LedgerAccount.Canaries(Today), Token));
    }

    [Fact]
    public async Task Without_the_setting_nobody_is_called()
    {
        await using var world = await StartAsync("");

        var answer = await world.Api.GetAsync("/api/v1/models/lab/open/endpoints", Token);

        Assert.All(
            answer.Json.GetProperty("data").GetProperty("endpoints").EnumerateArray(),
            endpoint => Assert.Equal(JsonValueKind.Null, endpoint.GetProperty("patchbay_quality").ValueKind));
        Assert.Equal(0, world.Simulator.Log.Counters.Requests);
    }

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static Task<World> StartAsync(string yaml) =>
        World.StartAsync(new WorldOptions { Models = [Model], Yaml = yaml }, Token);

    private static async Task<Dictionary<string, JsonElement>> GradesAsync(World world)
    {
        for (var i = 0; ; i++)
        {
            var answer = await world.Api.GetAsync("/api/v1/models/lab/open/endpoints", Token);
            var endpoints = answer.Json.GetProperty("data").GetProperty("endpoints").EnumerateArray().ToList();
            if (endpoints.TrueForAll(endpoint => endpoint.GetProperty("patchbay_quality") is { ValueKind: JsonValueKind.Object } quality
                && quality.GetProperty("canary").ValueKind == JsonValueKind.Object)
                && endpoints.Exists(endpoint => endpoint.GetProperty("patchbay_quality").GetProperty("tier").ValueEquals("deprioritized")))
            {
                return endpoints.ToDictionary(
                    endpoint => endpoint.GetProperty("tag").GetString()!, endpoint => endpoint.GetProperty("patchbay_quality"));
            }

            Assert.True(i < 600, string.Create(CultureInfo.InvariantCulture, $"No grades after {i} looks: {answer.Body}"));
            await Task.Delay(100, Token);
        }
    }

    private static string? Grade(JsonElement quality) => quality.GetProperty("canary").GetProperty("grade").GetString();

    private static string Findings(JsonElement quality) => quality.GetProperty("canary").GetProperty("findings").GetRawText();
}
