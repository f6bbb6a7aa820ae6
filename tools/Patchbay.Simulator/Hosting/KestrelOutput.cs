using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Patchbay.Simulator.Hosting;

/// <summary>Answers through Kestrel: the fast way for everything that is proper HTTP.</summary>
internal sealed class KestrelOutput : WireOutput, IBufferWriter<byte>
{
    /// <summary>Asked for always: after the client has left, Kestrel gives an empty span to those who ask for nothing.</summary>
    private const int LeastBytes = 256;

    private readonly IHttpResponseFeature _response;
    private readonly IHttpResponseBodyFeature _body;
    private readonly PipeWriter _writer;
    private long _unsent;

    public KestrelOutput(Exchange exchange)
        : base(exchange)
    {
        _response = exchange.Feature<IHttpResponseFeature>();
        _body = exchange.Feature<IHttpResponseBodyFeature>();
        _writer = _body.Writer;
    }

    public override IBufferWriter<byte> Writer => this;

    public void Advance(int count)
    {
        _writer.Advance(count);
        _unsent += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _writer.GetMemory(Math.Max(sizeHint, LeastBytes));

    public Span<byte> GetSpan(int sizeHint = 0) => _writer.GetSpan(Math.Max(sizeHint, LeastBytes));

    public override ValueTask StartAsync(
        int status, string contentType, long? contentLength, ReadOnlySpan<(string Name, string Value)> headers)
    {
        _response.StatusCode = status;
        _response.Headers.ContentType = contentType;
        _response.Headers.ContentLength = contentLength;
        foreach (var (name, value) in headers)
        {
            _response.Headers.Append(name, value);
        }

        Exchange.Started(status, raw: false);
        return new ValueTask(_body.StartAsync(Exchange.Aborted));
    }

    public override async ValueTask FlushAsync()
    {
        Exchange.SentBytes(_unsent);
        _unsent = 0;
        var result = await _writer.FlushAsync(Exchange.Aborted);
        if (result.IsCompleted || Exchange.Aborted.IsCancellationRequested)
        {
            throw new OperationCanceledException("The client has left.");
        }
    }

    public override ValueTask EndAsync() => FlushAsync();
}
