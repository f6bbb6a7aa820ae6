using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Patchbay.Api;

/// <summary>The read side of the native API: generations, and what this server is.</summary>
public static class NativeRoutes
{
    /// <summary>Serves the native operations below the given group, such as <c>/api/v1</c>. Needs in the container:
    /// <see cref="CallerDirectory"/>, the store of generations and a <see cref="SystemInfo"/>.</summary>
    public static IEndpointRouteBuilder MapNative(this IEndpointRouteBuilder routes)
    {
        routes.MapOperation<ReadGeneration>("GET", "/generation", Access.AnyKey);
        routes.MapOperation<ListGenerations>("GET", "/generations", Access.AnyKey);
        routes.MapGet("/system", ReadSystem.RunAsync);
        return routes;
    }
}
