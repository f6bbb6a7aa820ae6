using Microsoft.AspNetCore.Server.Kestrel.Core;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Hosting;

/// <summary>A simulator that listens until it is disposed; disposing aborts what is still being answered.</summary>
public sealed class RunningSimulator : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly SimulatorApplication _application;

    internal RunningSimulator(KestrelServer server, Uri address, SimulatorApplication application)
    {
        _server = server;
        _application = application;
        Address = address;
    }

    /// <summary>Root address, such as <c>http://127.0.0.1:9101/</c>.</summary>
    public Uri Address { get; }

    /// <summary>What was received and sent.</summary>
    public SimulatorLog Log => _application.Log;

    /// <summary>The rules in force; may be changed at any time.</summary>
    public SimulatorScript Script => _application.Script;

    /// <summary>The OpenAI base URL of a provider: <c>http://127.0.0.1:9101/{provider}/v1</c>.</summary>
    public string BaseUrl(string provider = "sim") => $"{Address.GetLeftPart(UriPartial.Authority)}/{provider}/v1";

    /// <summary>Forgets the log, sets counters and sequence to zero and starts the rules' counts anew. Rules stay.</summary>
    public void Reset() => _application.Reset();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}
