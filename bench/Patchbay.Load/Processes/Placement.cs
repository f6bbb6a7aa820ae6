using System.Diagnostics;
using System.Globalization;

namespace Patchbay.Load;

/// <summary>Which core each process gets.</summary>
/// <param name="Gateway">The gateway's core; null for any.</param>
/// <param name="Load">The core of the generator and the simulator; null for any.</param>
internal sealed record Placement(int? Gateway, int? Load)
{
    /// <summary>Puts this process on its core. Without taskset, or with too few cores, nothing is pinned.</summary>
    public static async Task<Placement> TakeAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var cores = Environment.ProcessorCount;
        if (!options.Pin || !File.Exists("/usr/bin/taskset") || options.GatewayCore >= cores || options.LoadCore >= cores)
        {
            return new Placement(null, null);
        }

        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-apc");
        start.ArgumentList.Add(options.LoadCore.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        using var taskset = Process.Start(start)!;
        await taskset.StandardOutput.ReadToEndAsync(cancellationToken);
        await taskset.WaitForExitAsync(cancellationToken);
        return taskset.ExitCode == 0
            ? new Placement(options.GatewayCore, options.LoadCore)
            : new Placement(null, null);
    }

    public override string ToString() => Gateway is { } gateway
        ? string.Create(CultureInfo.InvariantCulture, $"gateway alone on core {gateway}, generator and simulator on core {Load} (taskset)")
        : "nothing pinned: the processes share all cores";
}
