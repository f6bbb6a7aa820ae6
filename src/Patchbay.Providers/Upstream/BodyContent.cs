using System.Net;

namespace Patchbay.Providers;

/// <summary>A request body in borrowed memory, which says whether it is still being sent. Over HTTP/2 an answer may arrive,
/// and a call be given up, while its body is on its way: the memory must not be reused then.</summary>
internal sealed class BodyContent(ReadOnlyMemory<byte> body) : HttpContent
{
    private int _sending;
    private volatile bool _wasSent;

    /// <summary>Whether somebody may still read the memory.</summary>
    public bool IsSending => Volatile.Read(ref _sending) != 0;

    /// <summary>Whether any of it was given to a connection.</summary>
    public bool WasSent => _wasSent;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _sending);
        _wasSent = true;
        try
        {
            await stream.WriteAsync(body, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
