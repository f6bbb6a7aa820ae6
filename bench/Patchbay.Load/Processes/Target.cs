using System.Net;

namespace Patchbay.Load;

/// <summary>One thing that is measured: a way to the simulator.</summary>
internal abstract class Target : IAsyncDisposable
{
    private readonly Dictionary<string, LoadRequest> _requests = [];
    private readonly List<LoadConnection> _connections = [];

    protected Target(string name, Uri address, int processId)
    {
        Name = name;
        Address = address;
        ProcessId = processId;
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>The gateway's process; the simulator's where there is no gateway.</summary>
    public int ProcessId { get; }

    /// <summary>The sum of all costs that its answers told, in nano-USD.</summary>
    public long CostNanos { get; set; }

    /// <summary>Every request of every scenario, the warm-up's too.</summary>
    public long Requests { get; set; }

    public LoadRequest RequestFor(Scenario scenario, Expectation? expected)
    {
        if (!_requests.TryGetValue(scenario.Name, out var request) || request.Expected != expected)
        {
            _requests[scenario.Name] = request = Create(scenario) with { Expected = expected };
        }

        return request;
    }

    /// <summary>The first so many connections; opened when first used.</summary>
    public IReadOnlyList<LoadConnection> Connections(int count)
    {
        while (_connections.Count < count)
        {
            _connections.Add(new LoadConnection(new IPEndPoint(IPAddress.Loopback, Address.Port)));
        }

        return _connections;
    }

    /// <summary>Closes connections beyond these, so that an idle crowd does not weigh on what follows.</summary>
    public void Trim(int count)
    {
        foreach (var connection in _connections.Skip(count))
        {
            connection.Dispose();
        }
    }

    /// <summary>What must hold at the end; null when it does.</summary>
    public virtual Task<string?> AuditAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public virtual ValueTask DisposeAsync()
    {
        Trim(0);
        return ValueTask.CompletedTask;
    }

    protected abstract LoadRequest Create(Scenario scenario);
}
