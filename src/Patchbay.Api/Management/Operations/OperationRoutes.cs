using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Puts operations on routes: finds the caller, runs the operation, and answers 503 when the database cannot.
/// </summary>
internal static class OperationRoutes
{
    private static readonly GatewayError Unavailable = new(
        GatewayErrorKind.StorageUnavailable, "The database cannot answer right now. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    /// <summary>Serves a method of a path by an operation.</summary>
    public static void MapOperation<TOperation>(
        this IEndpointRouteBuilder routes, string method, string path, Access access)
        where TOperation : class, IOperation
    {
        RequestDelegate serve = context => ServeAsync<TOperation>(context, access);
        routes.MapMethods(path, [method], serve);
    }

    private static async Task ServeAsync<TOperation>(HttpContext context, Access access)
        where TOperation : class, IOperation
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            var found = await context.RequestServices.GetRequiredService<CallerDirectory>().AuthenticateAsync(context);
            found = access switch
            {
                Access.Management => found.RequireManagement(),
                Access.Inference => found.RequireInference(),
                _ => found,
            };
            if (found.Caller is not { } caller)
            {
                await context.WriteErrorAsync(found.Error!);
                return;
            }

            // Not by a compiled factory: a hundred of them would take a third of the server's start.
            var operation = ActivatorUtilities.CreateInstance<TOperation>(context.RequestServices);
            if (IdempotentOperation.IsAsked(context, access))
            {
                await new IdempotentOperation(context, caller).RunAsync(operation);
                return;
            }

            var result = await operation.RunAsync(context, caller);
            await result.ExecuteAsync(context);
        }
        catch (StorageUnavailableException) when (!context.Response.HasStarted)
        {
            await context.WriteErrorAsync(Unavailable);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
    }
}
