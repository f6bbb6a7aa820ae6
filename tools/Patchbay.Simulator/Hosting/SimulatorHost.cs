using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Patchbay.Simulator.Hosting;

/// <summary>Starts simulators. Each is a server of its own; several may run in one process, beside any other server.</summary>
public static class SimulatorHost
{
    /// <summary>
    /// Starts to listen. Throws <see cref="FormatException"/> for settings text that cannot be read and
    /// <see cref="IOException"/> when the port is taken.
    /// </summary>
    public static async Task<RunningSimulator> StartAsync(
        SimulatorOptions options, CancellationToken cancellationToken = default)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        kestrel.Listen(new IPEndPoint(options.Address, options.Port), listen => listen.Protocols = HttpProtocols.Http1);

        var application = new SimulatorApplication(options);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { Backlog = 8192 }), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(application, cancellationToken);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        var addresses = server.Features.GetRequiredFeature<IServerAddressesFeature>();
        foreach (var address in addresses.Addresses)
        {
            return new RunningSimulator(server, new Uri(address), application);
        }

        throw new InvalidOperationException("The server listens on no address.");
    }
}
