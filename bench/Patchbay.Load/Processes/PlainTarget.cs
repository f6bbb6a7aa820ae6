namespace Patchbay.Load;

/// <summary>The simulator itself, or the bare forwarder before it.</summary>
internal sealed class PlainTarget : Target
{
    // As long as a real key, so that requests are equally long.
    private const string Key = "sk-pb-v1-0000000000000000000000000000000000000000000000000";

    private readonly ChildProcess? _process;

    private PlainTarget(string name, Uri address, int processId, ChildProcess? process)
        : base(name, address, processId)
    {
        _process = process;
    }

    public static PlainTarget Direct(Uri simulator, int simulatorId) => new("direct", simulator, simulatorId, null);

    public static async Task<PlainTarget> StartForwarderAsync(
        LoadWorld world, string name, bool inlineIo, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?>(world.Environment)
        {
            [InlineIo.VariableName] = inlineIo ? "1" : "0",
        };
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}/");
        var process = ChildProcess.Start(
            name, world.Placement.Gateway, world.Folder, environment,
            typeof(PlainTarget).Assembly.Location, "forwarder",
            "--upstream", world.Simulator.GetLeftPart(UriPartial.Authority),
            "--urls", address.GetLeftPart(UriPartial.Authority),
            InlineIo.Option, inlineIo ? "true" : "false");
        try
        {
            using var control = new ControlClient(address);
            await process.WaitUntilReadyAsync(control, "/_sim/health", cancellationToken);
            return new PlainTarget(name, address, process.Id, process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    protected override LoadRequest Create(Scenario scenario) => LoadRequest.Create(
        Address, "/bench/v1/chat/completions", Key, scenario.UpstreamModel, scenario.Streamed, wantsCost: false);
}
