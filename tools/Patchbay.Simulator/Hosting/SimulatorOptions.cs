using System.Net;

namespace Patchbay.Simulator.Hosting;

/// <summary>How a simulator is started.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Address to listen on; loopback by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Seed of all generated text, jitter and probabilities.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Provider profiles. Names that are not listed work with defaults.</summary>
    public IReadOnlyList<SimulatorProvider> Providers { get; init; } = [];

    /// <summary>Rules to start with.</summary>
    public IReadOnlyList<Scripting.ScriptRule> Rules { get; init; } = [];

    /// <summary>Directory that <c>replay=FILE</c> reads below; null refuses replays.</summary>
    public string? ReplayDirectory { get; init; }

    /// <summary>Whether requests are kept for reading; totals are counted either way.</summary>
    public bool KeepLog { get; init; } = true;

    /// <summary>Requests to keep; the oldest go first.</summary>
    public int LogCapacity { get; init; } = 100_000;

    /// <summary>Bytes of each received body to keep.</summary>
    public int LogBodyLimit { get; init; } = 1 << 20;

    /// <summary>The clock for delays and timestamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
