using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Patchbay.Load;

/// <summary>One HTTP/1.1 connection that is used again and again, one exchange at a time. Lean, so that the generator is
/// not what is measured: one receive buffer, no allocation per exchange.</summary>
internal sealed class LoadConnection(IPEndPoint server) : IDisposable
{
    private readonly byte[] _buffer = new byte[8 * 1024];
    private readonly AnswerCheck _check = new();
    private ResponseReader? _reader;
    private Socket? _socket;

    public byte[] LearnedText => _check.LearnedText;

    public int BodyBytes => _check.Bytes;

    /// <summary>Opens the connection when it is not open.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_socket is not null)
        {
            return;
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            _socket = socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and reads its whole answer. Trouble is told in the sample; only cancellation throws.</summary>
    public async ValueTask<Sample> ExchangeAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        var reader = _reader ??= new ResponseReader(_check);
        reader.Begin();
        _check.Begin(request.Expected, request.Streamed, request.WantsCost);
        var sent = Stopwatch.GetTimestamp();
        var firstByte = 0L;
        string? fault = null;
        try
        {
            await OpenAsync(cancellationToken);
            var socket = _socket!;
            var rest = request.Bytes;
            while (!rest.IsEmpty)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }

            var complete = false;
            while (!complete)
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, cancellationToken);
                if (read == 0)
                {
                    fault = "the connection ended before the answer";
                    break;
                }

                complete = reader.Feed(_buffer.AsSpan(0, read));
                if (firstByte == 0 && reader.HasBody)
                {
                    firstByte = Stopwatch.GetTimestamp();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            fault = exception.Message;
        }

        var end = Stopwatch.GetTimestamp();
        fault ??= reader.Status == 200 ? _check.End() : $"status {reader.Status}";
        if (fault is not null || reader.Closes)
        {
            Dispose();
        }

        return new Sample(sent, firstByte, end, _check.Events, _check.CostNanos, fault);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
