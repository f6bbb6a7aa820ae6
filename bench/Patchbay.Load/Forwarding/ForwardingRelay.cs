using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace Patchbay.Load;

/// <summary>One exchange of the bare forwarder.</summary>
internal sealed class ForwardingRelay(HttpMessageInvoker invoker, string upstream)
{
    // RFC 9110, section 7.6.1; Host is set by the handler.
    private static readonly FrozenSet<string> NotForwarded = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Host",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public async Task ForwardAsync(HttpContext http)
    {
        var aborted = http.RequestAborted;
        try
        {
            using var request = Prepare(http.Request);
            using var response = await invoker.SendAsync(request, aborted);
            var reply = http.Response;
            reply.StatusCode = (int)response.StatusCode;
            Copy(response.Headers.NonValidated, reply.Headers);
            Copy(response.Content.Headers.NonValidated, reply.Headers);
            await using var body = await response.Content.ReadAsStreamAsync(aborted);
            var writer = reply.BodyWriter;
            while (true)
            {
                var read = await body.ReadAsync(writer.GetMemory(), aborted);
                if (read == 0)
                {
                    break;
                }

                writer.Advance(read);
                await writer.FlushAsync(aborted);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            if (http.Response.HasStarted || aborted.IsCancellationRequested)
            {
                http.Abort();
            }
            else
            {
                http.Response.StatusCode = StatusCodes.Status502BadGateway;
            }
        }
    }

    private HttpRequestMessage Prepare(HttpRequest from)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Parse(from.Method), new Uri(string.Concat(upstream, from.Path.Value, from.QueryString.Value)));
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new RequestBodyContent(from);
        }

        foreach (var (name, values) in from.Headers)
        {
            if (!NotForwarded.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (string?)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (string?)values);
            }
        }

        return request;
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (!NotForwarded.Contains(name))
            {
                to.Append(name, values.ToString());
            }
        }
    }
}
