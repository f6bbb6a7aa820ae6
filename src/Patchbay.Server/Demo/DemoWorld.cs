using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Server;

/// <summary>What <c>--demo</c> adds: simulated providers in this process, a catalogue of them, and a key for the sample
/// traffic.</summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    /// <summary>The name of the key that the sample traffic uses.</summary>
    public const string KeyName = "demo traffic";

    private const string UpstreamVariable = "DEMO_UPSTREAM";

    private readonly RunningSimulator _simulator;

    private DemoWorld(RunningSimulator simulator, CatalogSnapshot catalog, string trafficKey)
    {
        _simulator = simulator;
        Catalog = catalog;
        TrafficKey = trafficKey;
    }

    /// <summary>Models and endpoints of the simulated providers.</summary>
    public CatalogSnapshot Catalog { get; }

    /// <summary>The key of the sample traffic. A secret.</summary>
    public string TrafficKey { get; }

    /// <summary>Starts the simulator on a free loopback port and makes the key of the traffic, once per data folder.</summary>
    public static async Task<DemoWorld> StartAsync(
        string folder, IApiKeyStore keys, DefaultTenant tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var key = await EnsureKeyAsync(folder, keys, tenant, clock, cancellationToken);
        var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Providers = Providers, Rules = Rules, KeepLog = false, Time = clock }, cancellationToken);
        try
        {
            return new DemoWorld(simulator, ReadCatalog(simulator.Address.GetLeftPart(UriPartial.Authority)), key);
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }
    }

    /// <summary>The demo's catalogue with its providers at this address.</summary>
    public static CatalogSnapshot ReadCatalog(string upstream)
    {
        using var stream = typeof(DemoWorld).Assembly.GetManifestResourceStream("demo.yaml")
            ?? throw new InvalidOperationException("The demo's catalogue is not built in.");
        using var text = new StreamReader(stream);
        var result = OperatorFile.Parse(text.ReadToEnd(), "demo.yaml", new Upstream(upstream), SettingList.Keys);
        return new CatalogSource(CatalogData.Empty, new Upstream(upstream)).Build(
            result.File ?? throw new InvalidOperationException("demo.yaml: " + string.Join('\n', result.Problems)));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    /// <summary>Fast and dear, slow and cheap, steady and shaky: so that prices, latencies and fallbacks differ.</summary>
    private static IReadOnlyList<SimulatorProvider> Providers { get; } =
    [
        new() { Name = "aurora", Behavior = "tokens=120;ttft=180;tps=110;jitter=30" },
        new() { Name = "borealis", Behavior = "tokens=120;ttft=650;tps=35;jitter=50" },
        new() { Name = "cobalt", Behavior = "tokens=120;ttft=320;tps=70;jitter=30" },
        new() { Name = "drift", Behavior = "tokens=120;ttft=900;tps=28;jitter=60" },
        new() { Name = "ember", Behavior = "tokens=120;ttft=90;tps=240;jitter=20" },
        new() { Name = "fjord", Behavior = "tokens=120;ttft=260;tps=80;jitter=20" },
    ];

    private static IReadOnlyList<ScriptRule> Rules { get; } =
    [
        new() { Model = "lyra-reasoner", Behavior = "reasoning=80" },
        new() { Provider = "drift", Probability = 0.25, Behavior = "status=429;retry_after=2" },
        new() { Provider = "borealis", Probability = 0.18, Behavior = "status=500" },
        new() { Provider = "borealis", Probability = 0.06, Behavior = "fault=cut;after=12" },
        new() { Provider = "cobalt", Probability = 0.02, Behavior = "status=503" },
    ];

    private static async Task<string> EnsureKeyAsync(
        string folder, IApiKeyStore keys, DefaultTenant tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var text = KeyFile.Ensure(Path.Combine(folder, "demo-traffic.key")).Key;
        var hash = KeyHash.Of(System.Text.Encoding.UTF8.GetBytes(text));
        if (await keys.FindAsync(hash, cancellationToken) is null)
        {
            await keys.CreateAsync(
                new ApiKey
                {
                    Id = Guid.CreateVersion7(),
                    Hash = hash,
                    Name = KeyName,
                    Label = ApiKeyFormat.LabelOf(text),
                    OrganizationId = tenant.Organization.Id,
                    WorkspaceId = tenant.Workspace.Id,
                    CreatedAt = clock.GetUtcNow(),
                },
                cancellationToken);
        }

        return text;
    }

    /// <summary>Knows one variable: where the simulator listens.</summary>
    private sealed class Upstream(string address) : ICredentialSource
    {
        public string? Find(string name) => name == UpstreamVariable ? address : null;
    }
}
