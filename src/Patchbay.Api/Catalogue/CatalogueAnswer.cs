using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>Sends finished JSON.</summary>
internal static class CatalogueAnswer
{
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
