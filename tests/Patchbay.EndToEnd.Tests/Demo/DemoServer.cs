using System.Diagnostics;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Demo;

/// <summary>A server that was started as <c>patchbay --demo</c> in an empty folder, with nothing else said.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("patchbay-demo-").FullName;

    public ServerProcess Server { get; private set; } = null!;

    /// <summary>The master key that the demo made for itself.</summary>
    public string Key { get; private set; } = "";

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan StartedIn { get; private set; }

    public ApiClient Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var clock = Stopwatch.StartNew();
        Server = await ServerProcess.StartAsync(
            _data,
            new Dictionary<string, string?> { ["PATCHBAY_MASTER_KEY"] = null, ["PATCHBAY_DATABASE"] = null },
            TestContext.Current.CancellationToken,
            "--demo");
        StartedIn = clock.Elapsed;
        Key = (await File.ReadAllTextAsync(Path.Combine(_data, "demo", "master.key"))).Trim();
        Api = new ApiClient(Server.Address, Key);
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
