using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>What OpenRouter's own npm packages, as they are, were told by the server.</summary>
public sealed class OpenRouterWorld : IAsyncLifetime
{
    /// <summary>The clients, each whole and streamed.</summary>
    public static readonly IReadOnlyList<string> Clients = ["sdk", "sdk-stream", "ai7", "ai7-stream", "ai6", "ai6-stream"];

    private const string Answer = "echo;tokens=12;prompt_tokens=9";

    // Cut at a white space, so that another can go on with it.
    private const string Said = "text=He%20said%20yes%20and%20then%20some%20more%20words%20that%20make%20an%20answer.";

    private World? _world;
    private JsonElement _results;

    /// <summary>What a client was told in a case: <c>result</c> or <c>error</c>.</summary>
    public JsonElement Outcome(string client, string name)
    {
        Repository.SkipUnless(NodeSdk.IsAvailable, "Node.js and npm are needed to run OpenRouter's packages.");
        return _results.GetProperty(client).GetProperty(name);
    }

    public async ValueTask InitializeAsync()
    {
        if (!NodeSdk.IsAvailable)
        {
            return;
        }

        var token = TestContext.Current.CancellationToken;
        _world = await World.StartAsync(Options(), token);
        var poor = await _world.Api.PostAsync("/api/v1/keys", "{\"name\":\"poor\",\"limit\":0.0000001}", token);
        _results = await NodeSdk.RunAsync(
            new Dictionary<string, string>
            {
                ["BASE_URL"] = new Uri(_world.Server.Address, "/api/v1").ToString(),
                ["API_KEY"] = World.MasterKey,
                ["POOR_KEY"] = poor.Json.GetProperty("key").GetString()!,
            },
            token,
            "openrouter");
    }

    public ValueTask DisposeAsync() => _world?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static WorldOptions Options() => new()
    {
        Yaml = """
            routing: { hedging: request, hedge_after: 250ms, hedge_percent: 10 }
            latest: { "~or/three-latest": or/three }
            """,
        ProviderYaml = new Dictionary<string, string>
        {
            ["alpha"] = "data_policy: { trains: true, retains: true }",
            ["beta"] = "data_policy: { trains: false, retains: false, zdr: true }",
            ["able"] = "quirks: [\"prefill=message\"]",
        },
        Models =
        [
            new WorldModel(
                "or/three",
                Part("alpha", "0.000001", "0.000002", "quantization: fp8"),
                Part("beta", "0.000002", "0.000004", "quantization: bf16"),
                Part("gamma", "0.000003", "0.000006", "quantization: int4", ", top_k")),
            new WorldModel("or/open", Part("alpha", "0.000001", "0.000002", "quantization: fp8")) { Yaml = "distillable: true" },
            new WorldModel("or/dear", new WorldEndpoint("gamma", Answer, "0.00001", "0.00002")),
            new WorldModel("or/gratis", new WorldEndpoint("beta", Answer, "0", "0")),
            new WorldModel("or/tools", new WorldEndpoint("alpha", "echo;tools=1")),
            new WorldModel(
                "or/tiers",
                new WorldEndpoint("alpha", Answer),
                new WorldEndpoint("alpha", Answer, "0.0000005", "0.000001") { Yaml = "service_tier: flex" },
                new WorldEndpoint("alpha", Answer, "0.000002", "0.000004") { Yaml = "service_tier: priority" }),
            new WorldModel("or/judge", new WorldEndpoint("beta", "echo;tokens=15;prompt_tokens=77;text=" + Uri.EscapeDataString(Fusion.FusionWorld.Analysis))),
            new WorldModel("openai/gpt-5.5", new WorldEndpoint("alpha", Answer, "0.000003", "0.000009")),
            new WorldModel("meta-llama/llama-3.3-70b-instruct", new WorldEndpoint("beta", Answer, "0.0000002", "0.0000004")),
            .. Clients.SelectMany(Unwell),
        ],
    };

    // Of each client its own, as failures are remembered.
    private static IEnumerable<WorldModel> Unwell(string client) =>
    [
        new($"or/falls-{client}", new WorldEndpoint("alpha", "echo;status=500"), new WorldEndpoint("beta", Answer)),
        new($"or/stays-{client}", new WorldEndpoint("alpha", "echo;status=500"), new WorldEndpoint("beta", Answer)),
        new($"or/down-{client}", new WorldEndpoint("gamma", "echo;status=500")),
        new($"or/limited-{client}", new WorldEndpoint($"limited-{client}", "echo;status=429;retry_after=7")),
        new($"or/breaks-{client}", new WorldEndpoint("gamma", "echo;tokens=20;fault=cut;after=5")),
        new($"or/slow-{client}", new WorldEndpoint("alpha", Answer + ";ttft=20000"), new WorldEndpoint("beta", Answer)),
        new(
            $"or/dies-{client}",
            new WorldEndpoint("dies", $"m;{Said};usage=missing;fault=cut;after=5"),
            new WorldEndpoint("able", $"m;{Said};prefill=continue;prompt_tokens=30", "0.000003", "0.000004")),
    ];

    private static WorldEndpoint Part(string provider, string prompt, string completion, string quantization, string more = "") =>
        new(provider, Answer, prompt, completion)
        {
            Yaml = $"{quantization}\n        supported_parameters: [max_tokens, temperature, tools{more}]",
        };
}
