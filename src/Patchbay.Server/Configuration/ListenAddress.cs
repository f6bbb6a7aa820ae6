using System.Net;

namespace Patchbay.Server;

/// <summary>The addresses that the server may listen on.</summary>
internal static class ListenAddress
{
    /// <summary>The single addresses of a list that is separated by semicolons.</summary>
    public static string[] Split(string urls) =>
        urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether there is at least one, and each is a plain http address without a path.</summary>
    public static bool AreValid(string urls)
    {
        var all = Split(urls);
        return all.Length > 0 && Array.TrueForAll(all, url => TryRead(url, out _, out _));
    }

    /// <summary>Whether every address is reachable from this machine only.</summary>
    public static bool AreLoopback(string urls) => Array.TrueForAll(Split(urls), url =>
        TryRead(url, out var host, out _)
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))));

    /// <summary>An address that a program on this machine can call, for one that the server listens on.</summary>
    public static Uri Callable(string url)
    {
        _ = TryRead(url, out var host, out var port);
        var any = host is "*" or "+" || (IPAddress.TryParse(host, out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
        return new UriBuilder("http", any ? "127.0.0.1" : host, port).Uri;
    }

    private static bool TryRead(string url, out string host, out int port)
    {
        host = "";
        port = 0;
        const string scheme = "http://";
        if (!url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Kestrel's wildcards are no host names; for checking the rest they stand for one.
        var rest = url[scheme.Length..];
        var wildcard = rest.StartsWith('*') || rest.StartsWith('+') ? rest[..1] : null;
        if (!Uri.TryCreate(scheme + (wildcard is null ? rest : "wildcard" + rest[1..]), UriKind.Absolute, out var uri)
            || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            return false;
        }

        host = wildcard ?? uri.DnsSafeHost;
        port = uri.Port;
        return true;
    }
}
