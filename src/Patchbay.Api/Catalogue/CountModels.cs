using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /models/count</c></summary>
internal sealed class CountModels(ModelListings listings, Func<HttpContext, GatewayError, Task> writeError)
{
    public Task AnswerAsync(HttpContext context)
    {
        if (!ModelQuery.TryReadOutput(context.Request.Query, out var query, out var error))
        {
            return writeError(context, error);
        }

        var count = query.Apply(listings.Current.Models).Count;
        var answer = new DataView<CountView>(new CountView(count));
        return CatalogueAnswer.WriteAsync(context,
            JsonSerializer.SerializeToUtf8Bytes(answer, CatalogueJson.Default.DataViewCountView));
    }
}
