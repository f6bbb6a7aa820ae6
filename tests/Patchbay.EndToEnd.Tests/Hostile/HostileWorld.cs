using System.Globalization;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Hostile;

public sealed class HostileWorld : IAsyncLifetime
{
    // The unit of utime and stime in /proc, which Linux fixes for programs at 100 a second.
    private const double TicksPerSecond = 100;

    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions { Models = [new WorldModel("test/echo", new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9"))] },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    /// <summary>The CPU time that the server has used so far.</summary>
    public TimeSpan Cpu()
    {
        var stat = File.ReadAllText($"/proc/{World.Server.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>The server still serves, and holds nothing.</summary>
    public async Task StillServesAsync(CancellationToken token)
    {
        var response = await World.Api.ChatAsync("test/echo", token);
        Assert.True(response.Status == 200, response.Body);
        await Faults.FaultProbe.NothingHeldAsync(World, token);
    }
}
