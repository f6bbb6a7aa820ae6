using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /models</c></summary>
internal sealed class ListModels(ModelListings listings, Func<HttpContext, GatewayError, Task> writeError)
{
    public Task AnswerAsync(HttpContext context)
    {
        var listing = listings.Current;
        if (context.Request.Query.Count == 0)
        {
            return WriteFullAsync(context, listing);
        }

        if (!ModelQuery.TryRead(context.Request.Query, out var query, out var error))
        {
            return writeError(context, error);
        }

        var matches = query.Apply(listing.Models);
        if (!query.IsPaged)
        {
            return CatalogueAnswer.WriteAsync(context, listing.Body(matches, matches.Count, next: null));
        }

        Model[] page = [.. matches.Skip(query.Offset).Take(query.Limit)];
        var next = query.Offset + page.Length < matches.Count && page.Length > 0 ? NextLink(context.Request, query) : null;
        return CatalogueAnswer.WriteAsync(context, listing.Body(page, matches.Count, next));
    }

    private static Task WriteFullAsync(HttpContext context, ModelListing listing)
    {
        context.Response.Headers.ETag = listing.ETag;
        context.Response.Headers.CacheControl = "no-cache";
        foreach (var tag in context.Request.GetTypedHeaders().IfNoneMatch)
        {
            if (tag.Compare(new EntityTagHeaderValue(listing.ETag), useStrongComparison: false)
                || tag.Equals(EntityTagHeaderValue.Any))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        return CatalogueAnswer.WriteAsync(context, listing.Full);
    }

    /// <summary>The same request, one page on.</summary>
    private static string NextLink(HttpRequest request, ModelQuery query)
    {
        var values = request.Query
            .Where(pair => pair.Key is not ("offset" or "limit"))
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value))
            .Append(new("offset", FormattableString.Invariant($"{query.Offset + query.Limit}")))
            .Append(new("limit", FormattableString.Invariant($"{query.Limit}")));
        return QueryHelpers.AddQueryString(request.PathBase.Add(request.Path).ToUriComponent(), values);
    }
}
