using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Patchbay.Server;

/// <summary>How Kestrel listens.</summary>
internal static class KestrelSetup
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Lets socket events run on the polling threads, unless the environment says otherwise. Must come before the
    /// first socket of the process.</summary>
    public static void PreferInlineCompletions()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(InlineCompletions)))
        {
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        }
    }

    /// <summary>Sets addresses, limits and transport.</summary>
    public static void ConfigureKestrel(this WebApplicationBuilder builder, PatchbaySettings settings)
    {
        RequestFraming.InsistOnLineEnds();
        builder.WebHost.UseUrls(ListenAddress.Split(settings.Server.Urls));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            var limits = kestrel.Limits;
            limits.MaxRequestBodySize = settings.Limits.MaxBodyBytes;
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            limits.MaxRequestHeadersTotalSize = 32 * 1024;
            limits.MaxRequestHeaderCount = 64;
            limits.MaxRequestLineSize = 8 * 1024;
            limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
            limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.UnsafePreferInlineScheduling = settings.Server.InlineIo);
    }
}
