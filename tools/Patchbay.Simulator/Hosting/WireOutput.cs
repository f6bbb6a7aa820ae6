using System.Buffers;

namespace Patchbay.Simulator.Hosting;

/// <summary>Where the bytes of an answer go.</summary>
internal abstract class WireOutput(Exchange exchange)
{
    protected Exchange Exchange => exchange;

    /// <summary>Takes body bytes; they leave with the next flush.</summary>
    public abstract IBufferWriter<byte> Writer { get; }

    /// <summary>Sets status and headers. Header lines beyond the content type come as name and value.</summary>
    public abstract ValueTask StartAsync(
        int status, string contentType, long? contentLength, ReadOnlySpan<(string Name, string Value)> headers);

    /// <summary>Sends what was written. Throws <see cref="OperationCanceledException"/> when the client has left.</summary>
    public abstract ValueTask FlushAsync();

    /// <summary>Ends the body in good order.</summary>
    public abstract ValueTask EndAsync();
}
