using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;

namespace Patchbay.Api;

/// <summary><c>GET /providers</c></summary>
internal sealed class ListProviders(CatalogHolder holder)
{
    public Task AnswerAsync(HttpContext context)
    {
        ProviderView[] providers = [.. holder.Current.Providers.Select(ProviderView.Of)];
        return CatalogueAnswer.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            new DataView<ProviderView[]>(providers), CatalogueJson.Default.DataViewProviderViewArray));
    }
}
