using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Patchbay.Simulator.Log;

namespace Patchbay.Simulator.Hosting;

/// <summary>
/// Answers around Kestrel, straight on the connection's socket: for what no proper server sends, and for the exact
/// moment at which a connection breaks. Kestrel has written nothing yet; the connection always ends with the answer.
/// </summary>
internal sealed class SocketOutput : WireOutput
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private readonly ArrayBufferWriter<byte> _wire = new(8192);
    private bool _chunked;

    public SocketOutput(Exchange exchange)
        : base(exchange)
    {
        _socket = exchange.Feature<IConnectionSocketFeature>().Socket;
    }

    public override IBufferWriter<byte> Writer => _body;

    public override ValueTask StartAsync(
        int status, string contentType, long? contentLength, ReadOnlySpan<(string Name, string Value)> headers)
    {
        _chunked = contentLength is null;
        WriteHead(status, contentType, headers);
        Line(_chunked ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {contentLength}"));
        Line("Connection: close");
        Line("");
        return ValueTask.CompletedTask;
    }

    /// <summary>As <see cref="StartAsync"/>, with both Content-Length and two Transfer-Encoding headers.</summary>
    public void StartAmbiguous(int status, string contentType, long contentLength)
    {
        _chunked = true;
        WriteHead(status, contentType, []);
        Line(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {contentLength}"));
        Line("Transfer-Encoding: chunked");
        Line("Transfer-Encoding: chunked");
        Line("");
    }

    /// <summary>Puts an interim response before the answer.</summary>
    public void Interim(int status, string header)
    {
        Line(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Interim"));
        Line(header);
        Line("");
    }

    public override ValueTask FlushAsync()
    {
        if (_body.WrittenCount > 0)
        {
            Exchange.SentBytes(_body.WrittenCount);
            if (_chunked)
            {
                Line(_body.WrittenCount.ToString("x", CultureInfo.InvariantCulture));
                _wire.Write(_body.WrittenSpan);
                Line("");
            }
            else
            {
                _wire.Write(_body.WrittenSpan);
            }

            _body.ResetWrittenCount();
        }

        return SendAsync();
    }

    public override async ValueTask EndAsync()
    {
        await FlushAsync();
        if (_chunked)
        {
            Line("0");
            Line("");
            await SendAsync();
        }

        Exchange.Settle(RequestOutcome.Completed);
        await CloseAsync();
    }

    /// <summary>Sends what was written, then ends the connection (FIN) without ending the body.</summary>
    public async ValueTask CutAsync()
    {
        await FlushAsync();
        Exchange.Settle(RequestOutcome.Faulted);
        await CloseAsync();
    }

    /// <summary>Sends what was written, then a chunk header that promises more than follows, then ends the connection.</summary>
    public async ValueTask CutInsideChunkAsync()
    {
        await FlushAsync();
        Line("400");
        _wire.Write("data: {\"id\":\"chatcmpl"u8);
        await SendAsync();
        Exchange.Settle(RequestOutcome.Faulted);
        await CloseAsync();
    }

    /// <summary>Sends what was written, then resets the connection (RST).</summary>
    public async ValueTask ResetAsync()
    {
        await FlushAsync();
        Exchange.Settle(RequestOutcome.Faulted);
        Exchange.Abort();
    }

    private void WriteHead(int status, string contentType, ReadOnlySpan<(string Name, string Value)> headers)
    {
        Line(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Simulated"));
        Line("Content-Type: " + contentType);
        foreach (var (name, value) in headers)
        {
            Line(name + ": " + value);
        }

        Exchange.Started(status, raw: true);
    }

    private void Line(string text)
    {
        Encoding.Latin1.GetBytes(text, _wire);
        _wire.Write("\r\n"u8);
    }

    private async ValueTask SendAsync()
    {
        var rest = _wire.WrittenMemory;
        while (rest.Length > 0)
        {
            rest = rest[await _socket.SendAsync(rest, SocketFlags.None, Exchange.Aborted)..];
        }

        _wire.ResetWrittenCount();
        Exchange.Aborted.ThrowIfCancellationRequested();
    }

    /// <summary>FIN, then time for the client to read what is under way, then Kestrel's own end.</summary>
    private async ValueTask CloseAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(Linger, Exchange.Options.Time, Exchange.Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Exchange.Abort();
    }
}
