using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Testing;

/// <summary>A model and the endpoints that serve it, as the operator's file says it.</summary>
public sealed record WorldModel(string Slug, params WorldEndpoint[] Endpoints)
{
    /// <summary>Tokens of prompt and answer together.</summary>
    public int ContextLength { get; init; } = 128_000;

    /// <summary>A further line of the model, such as <c>input_modalities: [text, image]</c>.</summary>
    public string Yaml { get; init; } = "";
}

/// <summary>A model at a provider.</summary>
/// <param name="Provider">The provider: one of the simulator's by any name, or one given in <see cref="WorldOptions"/>.</param>
/// <param name="Upstream">The provider's own id of the model; the simulator reads behaviour after the first semicolon.</param>
/// <param name="Prompt">Dollars per input token.</param>
/// <param name="Completion">Dollars per output token.</param>
public sealed record WorldEndpoint(string Provider, string Upstream, string Prompt = "0.000001", string Completion = "0.000002")
{
    /// <summary>The longest answer; null when it is not known.</summary>
    public int? MaxOutputTokens { get; init; } = 4096;

    /// <summary>Further prices, as YAML: <c>cache_read: "0.00000025"</c>.</summary>
    public string MorePrices { get; init; } = "";

    /// <summary>A further line of the endpoint, such as <c>service_tier: flex</c>.</summary>
    public string Yaml { get; init; } = "";
}

/// <summary>What a world is made of.</summary>
public sealed record WorldOptions
{
    /// <summary>The models.</summary>
    public IReadOnlyList<WorldModel> Models { get; init; } = [];

    /// <summary>Providers whose address is not the simulator's.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new Dictionary<string, string>();

    /// <summary>What a provider speaks, by its slug; OpenAI's chat API where it is not named.</summary>
    public IReadOnlyDictionary<string, string> Protocols { get; init; } = new Dictionary<string, string>();

    /// <summary>Further lines of a provider in patchbay.yaml, by its slug, such as <c>quirks: [x]</c>.</summary>
    public IReadOnlyDictionary<string, string> ProviderYaml { get; init; } = new Dictionary<string, string>();

    /// <summary>Providers that are not given a key.</summary>
    public IReadOnlyCollection<string> WithoutKey { get; init; } = [];

    /// <summary>Further lines of patchbay.yaml.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>Further environment variables of the server.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where the simulator finds what it replays.</summary>
    public string? Replays { get; init; } = Repository.Wire;

    /// <summary>An empty folder for the server's data; a temporary one where it is not given.</summary>
    public string? Data { get; init; }

    /// <summary>PostgreSQL instead of SQLite.</summary>
    public string? PostgresConnectionString { get; init; }
}

/// <summary>The real server process in front of the simulator, which runs in the test's own process.</summary>
public sealed class World : IAsyncDisposable
{
    /// <summary>The master key of every world.</summary>
    public const string MasterKey = "sk-pb-test-master-key-of-this-world";

    private readonly WorldOptions _options;

    private World(WorldOptions options, RunningSimulator simulator, string data)
    {
        _options = options;
        Simulator = simulator;
        Data = data;
    }

    /// <summary>The simulator.</summary>
    public RunningSimulator Simulator { get; }

    /// <summary>The server.</summary>
    public ServerProcess Server { get; private set; } = null!;

    /// <summary>A client with the master key.</summary>
    public ApiClient Api { get; private set; } = null!;

    /// <summary>The server's data folder; holds patchbay.yaml too.</summary>
    public string Data { get; }

    /// <summary>Starts both.</summary>
    public static async Task<World> StartAsync(WorldOptions options, CancellationToken cancellationToken)
    {
        var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions
            {
                ReplayDirectory = options.Replays,
                Providers = [.. options.Protocols.Where(pair => pair.Value == "mistral").Select(pair => new SimulatorProvider { Name = pair.Key, Protocol = pair.Value })],
            },
            cancellationToken);
        var data = options.Data ?? Directory.CreateTempSubdirectory("patchbay-world-").FullName;
        var world = new World(options, simulator, data);
        await File.WriteAllTextAsync(Path.Combine(data, "patchbay.yaml"), world.Yaml(options.Models), cancellationToken);
        await world.StartServerAsync(cancellationToken);
        return world;
    }

    /// <summary>Starts the server, again after a kill.</summary>
    public async Task StartServerAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?>(_options.Environment)
        {
            ["PATCHBAY_MASTER_KEY"] = MasterKey,
            ["PATCHBAY_DATABASE"] = _options.PostgresConnectionString,
            ["OPENAI_API_KEY"] = null,
        };
        Server = await ServerProcess.StartAsync(
            Data, environment, cancellationToken, "--config", Path.Combine(Data, "patchbay.yaml"));
        Api?.Dispose();
        Api = new ApiClient(Server.Address, MasterKey);
    }

    /// <summary>Replaces the models in patchbay.yaml while the server runs.</summary>
    public Task WriteModelsAsync(IReadOnlyList<WorldModel> models, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(Data, "patchbay.yaml"), Yaml(models), cancellationToken);

    /// <summary>Creates an API key and returns a client that uses it.</summary>
    public async Task<ApiClient> CreateKeyAsync(CancellationToken cancellationToken, string more = "")
    {
        var response = await Api.PostAsync(
            "/api/v1/keys", "{\"name\":\"test\"" + (more.Length > 0 ? "," + more : "") + "}", cancellationToken);
        Assert.Equal(201, response.Status);
        return new ApiClient(Server.Address, response.Json.GetProperty("key").GetString());
    }

    /// <summary>The generation with this id; waits a moment for one that is settled after its answer.</summary>
    public async Task<JsonElement> GenerationAsync(string id, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var response = await Api.GetAsync($"/api/v1/generation?id={id}", cancellationToken);
            if (response.Status == 200)
            {
                return response.Json.GetProperty("data");
            }

            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"No generation {id}: {response.Status} {response.Body}");
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        await Server.DisposeAsync();
        await Simulator.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    private string Yaml(IReadOnlyList<WorldModel> models)
    {
        var yaml = new StringBuilder(_options.Yaml).AppendLine().AppendLine("providers:");
        foreach (var provider in models.SelectMany(m => m.Endpoints).Select(e => e.Provider).Distinct())
        {
            var address = _options.Addresses.TryGetValue(provider, out var other) ? other : Simulator.BaseUrl(provider);
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - slug: {provider}")
                .AppendLine(CultureInfo.InvariantCulture, $"    name: {provider.ToUpperInvariant()}")
                .AppendLine(CultureInfo.InvariantCulture, $"    protocol: {_options.Protocols.GetValueOrDefault(provider, "openai")}")
                .AppendLine(CultureInfo.InvariantCulture, $"    base_url: {address}");
            if (!_options.WithoutKey.Contains(provider))
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"    api_key: upstream-secret-{provider}");
            }

            if (_options.ProviderYaml.TryGetValue(provider, out var more))
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"    {more}");
            }
        }

        yaml.AppendLine("models:");
        foreach (var model in models)
        {
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - slug: {model.Slug}")
                .AppendLine(CultureInfo.InvariantCulture, $"    context_length: {model.ContextLength}")
                .AppendLine(model.Yaml.Length > 0 ? "    " + model.Yaml : "")
                .AppendLine("    endpoints:");
            foreach (var endpoint in model.Endpoints)
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"      - provider: {endpoint.Provider}")
                    .AppendLine(CultureInfo.InvariantCulture, $"        model: \"{endpoint.Upstream}\"")
                    .AppendLine(CultureInfo.InvariantCulture, $"        price: {{ prompt: \"{endpoint.Prompt}\", completion: \"{endpoint.Completion}\"{(endpoint.MorePrices.Length > 0 ? ", " : "")}{endpoint.MorePrices} }}");
                if (endpoint.Yaml.Length > 0)
                {
                    yaml.AppendLine(CultureInfo.InvariantCulture, $"        {endpoint.Yaml}");
                }

                if (endpoint.MaxOutputTokens is { } max)
                {
                    yaml.AppendLine(CultureInfo.InvariantCulture, $"        max_output_tokens: {max}");
                }
            }
        }

        return yaml.ToString();
    }
}
