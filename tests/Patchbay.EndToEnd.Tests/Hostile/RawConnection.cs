using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchbay.EndToEnd.Tests.Hostile;

/// <summary>A TCP connection that sends exactly the bytes it is told to.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawConnection(int receiveBuffer)
    {
        if (receiveBuffer > 0)
        {
            _socket.ReceiveBufferSize = receiveBuffer;
        }
    }

    /// <summary>Connects; a small receive buffer makes the other side feel a slow reader.</summary>
    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken token, int receiveBuffer = 0)
    {
        var connection = new RawConnection(receiveBuffer);
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port), token);
        return connection;
    }

    /// <summary>A POST with the usual headers.</summary>
    public static string Post(string key, string body, string path = "/api/v1/chat/completions") =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n" +
        $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Sends text, one byte a character.</summary>
    public Task SendAsync(string text, CancellationToken token) => SendAsync(Encoding.Latin1.GetBytes(text), token);

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, token)..];
        }
    }

    /// <summary>Reads once; 0 at the end, also when the connection was reset.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>Reads until the text holds something, or the end.</summary>
    public async Task<string> ReadUntilAsync(Func<string, bool> enough, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (await ReadAsync(buffer, token) is var read and > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            if (enough(text.ToString()))
            {
                break;
            }
        }

        return text.ToString();
    }

    /// <summary>Reads to the end, at most for a time. Closed is false when the other side kept the connection open.</summary>
    public async Task<(string Text, bool Closed)> ReadToEndAsync(TimeSpan patience, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(patience);
        try
        {
            while (await ReadAsync(buffer, limit.Token) is var read and > 0)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }

            return (text.ToString(), true);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return (text.ToString(), false);
        }
    }

    /// <summary>Ends the connection by a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
