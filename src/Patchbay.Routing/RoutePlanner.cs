using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Turns a request into an ordered list of attempts.</summary>
public static class RoutePlanner
{
    /// <summary>Plans a request. Equal requests, health and random numbers give equal plans; nothing is changed.</summary>
    public static RoutePlan Plan(in RouteRequest request, HealthRegistry health, Random random) =>
        new() { Error = new GatewayError(GatewayErrorKind.NoEndpoints, "No endpoints found") };
}
