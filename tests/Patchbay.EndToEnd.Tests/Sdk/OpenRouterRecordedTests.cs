using System.Text.Json;
using Patchbay.EndToEnd.Tests.Recorded;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>OpenRouter's clients read what real providers sent, whole and streamed.</summary>
// One after the other: both install the packages.
[Collection("openrouter packages")]
public sealed class OpenRouterRecordedTests(RecordedWorld fixture) : IClassFixture<RecordedWorld>
{
    [Fact]
    public async Task Every_recorded_answer_passes_the_clients_own_checks()
    {
        Repository.SkipUnless(NodeSdk.IsAvailable, "Node.js and npm are needed to run OpenRouter's packages.");
        // Mistral's own form of an answer is translated where its protocol is spoken; here it is copied.
        var files = Recordings.All
            .Where(file => file != Recordings.WithoutUsage && !file.StartsWith("mistral/", StringComparison.Ordinal))
            .ToArray();
        var results = await NodeSdk.RunAsync(
            new Dictionary<string, string>
            {
                ["BASE_URL"] = new Uri(fixture.World.Server.Address, "/api/v1").ToString(),
                ["API_KEY"] = World.MasterKey,
                ["MODELS"] = JsonSerializer.Serialize(files.Select(file => RecordedWorld.Slug(file))),
            },
            TestContext.Current.CancellationToken,
            "openrouter",
            "recorded.mjs");

        var refused = new List<string>();
        foreach (var file in files)
        {
            foreach (var client in OpenRouterWorld.Clients.Where(client => client.EndsWith("-stream", StringComparison.Ordinal) || !IsStream(file)))
            {
                var outcome = results.GetProperty(client).GetProperty(RecordedWorld.Slug(file));
                if (!outcome.TryGetProperty("result", out var result))
                {
                    refused.Add($"{client} {file}: {outcome.GetRawText()}");
                    continue;
                }

                var expected = Recordings.Of(file);
                Assert.Equal($"[{expected.Prompt},{expected.Completion}]", result.GetProperty("tokens").GetRawText());
                Assert.Equal(decimal.Parse(expected.Cost, System.Globalization.CultureInfo.InvariantCulture), result.GetProperty("cost").GetDecimal());
            }
        }

        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    private static bool IsStream(string file) => file.EndsWith(".chunks.txt", StringComparison.Ordinal);
}
