using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Patchbay.Api;

/// <summary>The routes that call models. Each is the same pipeline behind another surface.</summary>
public static class InferenceRoutes
{
    /// <summary>Maps the routes below a prefix such as <c>/api/v1</c>.</summary>
    public static IEndpointRouteBuilder MapInference(this IEndpointRouteBuilder routes)
    {
        var pipeline = routes.ServiceProvider.GetRequiredService<InferencePipeline>();
        Map(routes, "/chat/completions", pipeline, new ChatCompletionsSurface());
        return routes;
    }

    private static void Map(IEndpointRouteBuilder routes, string path, InferencePipeline pipeline, Surface surface) =>
        routes.MapPost(path, (RequestDelegate)(http => pipeline.ExecuteAsync(http, surface)));
}
