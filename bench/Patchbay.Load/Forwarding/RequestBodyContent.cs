using System.Net;

namespace Patchbay.Load;

/// <summary>A request's body on its way upstream, copied as it arrives.</summary>
internal sealed class RequestBodyContent(HttpRequest request) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        request.BodyReader.CopyToAsync(stream);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        request.BodyReader.CopyToAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }
}
