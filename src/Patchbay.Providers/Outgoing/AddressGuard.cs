using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Patchbay.Providers;

/// <summary>Keeps connections that a tenant can direct away from this machine and its network. The address is checked at the
/// moment of the connection, after its name was resolved, so that a name cannot change its meaning in between.</summary>
public static class AddressGuard
{
    /// <summary>Whether an address is reached through the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? IsPublic(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : IsPublic(bytes);
    }

    /// <summary>Connects to a host at a public address of it.</summary>
    /// <exception cref="HttpRequestException">It has none, or none can be reached.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var addresses = Array.FindAll(all, IsPublic);
        if (addresses.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "the host has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The registries of special-purpose addresses, https://www.iana.org/assignments/iana-ipv4-special-registry.
    private static bool IsPublic(uint address) =>
        !(Within(address, 0x00000000, 8) || Within(address, 0x0A000000, 8) || Within(address, 0x64400000, 10)
            || Within(address, 0x7F000000, 8) || Within(address, 0xA9FE0000, 16) || Within(address, 0xAC100000, 12)
            || Within(address, 0xC0000000, 24) || Within(address, 0xC0000200, 24) || Within(address, 0xC0A80000, 16)
            || Within(address, 0xC6120000, 15) || Within(address, 0xC6336400, 24) || Within(address, 0xCB007100, 24)
            || Within(address, 0xE0000000, 3));

    private static bool Within(uint address, uint network, int bits) => (address ^ network) >> (32 - bits) == 0;

    // Only global unicast (2000::/3), without the parts of it that stand for something else.
    private static bool IsPublic(ReadOnlySpan<byte> address)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(address);
        return (first >> 16) switch
        {
            // 2002::/16 carries an IPv4 address, 64:ff9b::/96 too.
            0x2002 => IsPublic(BinaryPrimitives.ReadUInt32BigEndian(address[2..])),
            0x0064 => first == 0x0064FF9B && address[4..12].IndexOfAnyExcept((byte)0) < 0
                && IsPublic(BinaryPrimitives.ReadUInt32BigEndian(address[12..])),
            0x2001 => first >> 9 != 0x20010000 >> 9 && first != 0x20010DB8,
            0x3FFF => false,
            _ => first >> 29 == 1,
        };
    }
}
