using System.Net;
using System.Net.Sockets;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A port of this machine that notes whether somebody connects.</summary>
internal sealed class AlertHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether a connection came.</summary>
    public bool WasReached => _listener.Pending();

    public static AlertHost Start()
    {
        var host = new AlertHost();
        host._listener.Start();
        return host;
    }

    public void Dispose() => _listener.Dispose();
}
