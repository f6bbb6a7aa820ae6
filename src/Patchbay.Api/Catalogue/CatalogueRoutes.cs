using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The public catalogue: models, their endpoints, and providers. No key is needed.</summary>
public static class CatalogueRoutes
{
    /// <summary>Adds what the routes share, however often they are mapped. Needs <see cref="CatalogHolder"/> among the
    /// services.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services.AddSingleton<ModelListings>();

    /// <summary>Maps the routes relative to <paramref name="routes"/>. Needs <see cref="AddCatalogue"/>,
    /// <see cref="CatalogHolder"/> and <see cref="IEndpointStatistics"/> among the services.</summary>
    /// <param name="routes">A group such as <c>/api/v1</c>.</param>
    /// <param name="writeError">Writes an error as the whole answer.</param>
    public static IEndpointRouteBuilder MapCatalogue(
        this IEndpointRouteBuilder routes, Func<HttpContext, GatewayError, Task> writeError)
    {
        var holder = routes.ServiceProvider.GetRequiredService<CatalogHolder>();
        var statistics = routes.ServiceProvider.GetRequiredService<IEndpointStatistics>();
        var listings = routes.ServiceProvider.GetRequiredService<ModelListings>();

        var list = new ListModels(listings, writeError);
        var count = new CountModels(listings, writeError);
        var get = new GetModel(listings, writeError);
        var endpoints = new ListModelEndpoints(listings, statistics, writeError);
        var providers = new ListProviders(holder);

        routes.MapGet("/models", list.AnswerAsync);
        routes.MapGet("/models/count", count.AnswerAsync);
        routes.MapGet("/model/{author}/{slug}", get.AnswerAsync);
        routes.MapGet("/models/{author}/{slug}/endpoints", endpoints.AnswerAsync);
        routes.MapGet("/providers", providers.AnswerAsync);
        return routes;
    }
}
