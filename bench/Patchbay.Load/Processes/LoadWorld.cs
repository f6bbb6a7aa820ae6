namespace Patchbay.Load;

/// <summary>The simulator, and what every target needs to know to stand in front of it.</summary>
internal sealed class LoadWorld : IAsyncDisposable
{
    private ChildProcess? _simulator;

    private LoadWorld(LoadOptions options, Placement placement, IReadOnlyList<Scenario> scenarios, string folder)
    {
        Options = options;
        Placement = placement;
        Scenarios = scenarios;
        Folder = folder;
        Environment = new Dictionary<string, string?>
        {
            [InlineIo.VariableName] = options.InlineIo ? "1" : "0",
            ["PATCHBAY__SERVER__INLINE_IO"] = options.InlineIo ? "true" : "false",
        };
    }

    public LoadOptions Options { get; }

    public Placement Placement { get; }

    public IReadOnlyList<Scenario> Scenarios { get; }

    public string Folder { get; }

    public IReadOnlyDictionary<string, string?> Environment { get; }

    public Uri Simulator { get; private set; } = null!;

    public int SimulatorId => _simulator!.Id;

    public static async Task<LoadWorld> StartAsync(
        LoadOptions options, IReadOnlyList<Scenario> scenarios, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { options.Server, options.Baseline ?? options.Server })
        {
            if (!File.Exists(server))
            {
                throw new InvalidOperationException(
                    $"There is no {server}. Build it: dotnet build -c Release src/Patchbay.Server");
            }
        }

        var placement = await Placement.TakeAsync(options, cancellationToken);
        var folder = options.Keep is { } keep
            ? Directory.CreateDirectory(Path.GetFullPath(keep)).FullName
            : Directory.CreateTempSubdirectory("patchbay-load-").FullName;
        var world = new LoadWorld(options, placement, scenarios, folder);
        try
        {
            await world.StartSimulatorAsync(cancellationToken);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public async Task<Target> StartTargetAsync(string name, CancellationToken cancellationToken) => name switch
    {
        "direct" => PlainTarget.Direct(Simulator, SimulatorId),
        "forwarder" => await PlainTarget.StartForwarderAsync(this, name, Options.InlineIo, cancellationToken),
        "forwarder-default" => await PlainTarget.StartForwarderAsync(this, name, inlineIo: false, cancellationToken),
        "patchbay" => await PatchbayTarget.StartAsync(this, name, Options.Server, [], cancellationToken),
        "baseline" when Options.Baseline is { } other =>
            await PatchbayTarget.StartAsync(this, name, other, Options.BaselineEnvironment, cancellationToken),
        _ => throw new FormatException($"'{name}' is no target: direct, forwarder, forwarder-default or patchbay"),
    };

    public async ValueTask DisposeAsync()
    {
        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        if (Options.Keep is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task StartSimulatorAsync(CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}/");
        _simulator = ChildProcess.Start(
            "simulator", Placement.Load, Folder, Environment, Options.Simulator,
            "--urls", address.GetLeftPart(UriPartial.Authority), "--no-log");
        using var control = new ControlClient(address);
        await _simulator.WaitUntilReadyAsync(control, "/_sim/health", cancellationToken);
        Simulator = address;
    }
}
