using System.Text;
using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>A paper as an answer, in the form that the path asks for.</summary>
internal sealed class PaperResult(Paper paper, bool asPdf) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = asPdf ? PaperPdf.Write(paper) : Encoding.UTF8.GetBytes(PaperHtml.Write(paper));
        var response = httpContext.Response;
        response.ContentType = asPdf ? "application/pdf" : "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        response.Headers.XContentTypeOptions = "nosniff";
        if (asPdf)
        {
            response.Headers.ContentDisposition =
                $"inline; filename=\"{paper.Title.ToLowerInvariant()}-{paper.Number.ToLowerInvariant()}.pdf\"";
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
