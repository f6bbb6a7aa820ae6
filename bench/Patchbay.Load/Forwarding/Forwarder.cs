using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Patchbay.Load;

/// <summary>The floor on this runtime: Kestrel, one terminal middleware, SocketsHttpHandler. It does what a correct
/// forwarder must (hop-by-hop headers, streaming with a flush per read, cancelling upstream when the caller leaves) and
/// nothing else.</summary>
internal static class Forwarder
{
    public static async Task RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var upstream = Value(args, "--upstream").TrimEnd('/');
        var urls = Value(args, "--urls");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Patchbay.Load" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.UnsafePreferInlineScheduling = InlineIo.IsWanted(args));
        await using var app = builder.Build();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
        var relay = new ForwardingRelay(invoker, upstream);
        app.Run(relay.ForwardAsync);
        await app.StartAsync(cancellationToken);
        await output.WriteLineAsync($"Forwarder listens on {urls}, upstream {upstream}.");
        await output.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.StopAsync(CancellationToken.None);
    }

    private static string Value(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : throw new FormatException($"forwarder needs {name} URL");
    }
}
