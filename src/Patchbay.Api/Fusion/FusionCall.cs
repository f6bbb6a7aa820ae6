using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>A part's request, as the pipeline takes requests: with the caller's headers, and a body and an answer in memory.
/// Nothing passes the network, and the part ends when the caller leaves.</summary>
internal static class FusionCall
{
    /// <summary>How deep inside fusions a request is; absent on those of callers.</summary>
    public const string DepthHeader = "x-openrouter-fusion-depth";

    // What belongs to the caller's own body and connection, or asks for what nobody reads.
    private static readonly string[] NotInherited =
    [
        "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Transfer-Encoding", "Upgrade",
        "X-OpenRouter-Metadata", "X-OpenRouter-Experimental-Metadata",
    ];

    /// <summary>Runs the part to its end, and takes its text.</summary>
    public static async Task RunAsync(InferencePipeline pipeline, InferenceContext caller, FusionPart part)
    {
        using var events = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = caller.Http.RequestServices };
        foreach (var header in caller.Http.Request.Headers)
        {
            if (!IsOwn(header.Key))
            {
                http.Request.Headers[header.Key] = header.Value;
            }
        }

        http.Request.Headers[DepthHeader] = "1";
        http.Request.Method = HttpMethods.Post;
        http.Request.Path = caller.Http.Request.Path;
        http.Request.ContentType = "application/json";
        http.Request.ContentLength = part.Body.Length;
        http.Request.Body = new MemoryStream(part.Body, writable: false);
        http.Response.Body = events;
        http.RequestAborted = caller.Http.RequestAborted;
        await pipeline.ExecuteAsync(http, caller.Surface, part);
        await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        part.Read(events.GetBuffer().AsSpan(0, (int)events.Length));
    }

    private static bool IsOwn(string name)
    {
        foreach (var other in NotInherited)
        {
            if (string.Equals(name, other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
