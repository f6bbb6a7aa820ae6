using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /models/{author}/{slug}/endpoints</c></summary>
internal sealed class ListModelEndpoints(
    ModelListings listings, IEndpointStatistics statistics, Func<HttpContext, GatewayError, Task> writeError)
{
    public Task AnswerAsync(HttpContext context)
    {
        if (!GetModel.TryFind(context, listings.Current.Snapshot, listings.Current.Routers, out var model, out var error))
        {
            return writeError(context, error);
        }

        var view = new ModelEndpointsView
        {
            Id = model.Slug,
            Name = model.Name,
            Created = model.Created,
            Description = model.Description ?? "",
            Architecture = ArchitectureView.Of(model.Input, model.Output, model),
            Endpoints = [.. model.Endpoints.Select(endpoint =>
                EndpointView.Of(model, endpoint, statistics.Get(endpoint)))],
        };
        return CatalogueAnswer.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            new DataView<ModelEndpointsView>(view), CatalogueJson.Default.DataViewModelEndpointsView));
    }
}
