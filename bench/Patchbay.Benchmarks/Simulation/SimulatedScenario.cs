using System.Collections.Immutable;
using System.Globalization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>Five providers of a model, of which the cheapest ones have a fault for the second fifth to the half of the
/// time.</summary>
/// <param name="Name">What happens, in a few words.</param>
/// <param name="Fault">What is wrong; null for nothing.</param>
/// <param name="FaultyEndpoints">How many of the five have it.</param>
internal sealed record SimulatedScenario(string Name, SimulatedFault? Fault, int FaultyEndpoints = 1)
{
    private const double FaultFrom = 0.2;
    private const double FaultTo = 0.5;

    private static readonly (int Cents, double MedianMs, double TokensPerSecond)[] Offers =
        [(100, 350, 60), (110, 500, 80), (130, 400, 100), (160, 700, 50), (250, 300, 120)];

    public static IReadOnlyList<SimulatedScenario> All { get; } =
    [
        new("nothing happens", null),
        new("one fails 30 %", new SimulatedFault(SimulatedFaultKind.Fails, Share: 0.3)),
        new("one fails 10 %", new SimulatedFault(SimulatedFaultKind.Fails, Share: 0.1)),
        new("one stalls", new SimulatedFault(SimulatedFaultKind.Stalls)),
        new("one rate-limits, Retry-After 2 s", new SimulatedFault(SimulatedFaultKind.RateLimits, PerSecond: 10, RetryAfterMs: 2_000)),
        new("one rate-limits, says nothing", new SimulatedFault(SimulatedFaultKind.RateLimits, PerSecond: 10)),
        new("one is down and recovers", new SimulatedFault(SimulatedFaultKind.Down)),
        new("three are down and recover", new SimulatedFault(SimulatedFaultKind.Down), 3),
    ];

    /// <summary>From when to when the fault lasts, in a run of this length.</summary>
    public static (double FromMs, double ToMs) FaultWindow(double lengthMs) => (lengthMs * FaultFrom, lengthMs * FaultTo);

    /// <summary>The five, cheapest first.</summary>
    public SimulatedEndpoint[] CreateEndpoints()
    {
        var endpoints = new SimulatedEndpoint[Offers.Length];
        for (var i = 0; i < endpoints.Length; i++)
        {
            var slug = string.Create(CultureInfo.InvariantCulture, $"p{i}");
            var endpoint = new Endpoint
            {
                Id = slug + "|lab/model|simulated",
                Provider = new ProviderListing
                {
                    Slug = slug,
                    Name = slug,
                    BaseUrl = new Uri($"http://127.0.0.1/{slug}/"),
                    ApiKey = "secret",
                },
                Tag = slug,
                ModelSlug = "lab/model",
                UpstreamModel = "simulated",
                Prices = new PriceList
                {
                    Prompt = new UnitPrice(Offers[i].Cents * 10_000_000L),
                    Completion = new UnitPrice(Offers[i].Cents * 10_000_000L),
                },
            };
            endpoints[i] = new SimulatedEndpoint(endpoint, Offers[i].Cents, Offers[i].MedianMs, Offers[i].TokensPerSecond)
            {
                Fault = i < FaultyEndpoints ? Fault : null,
            };
        }

        return endpoints;
    }

    /// <summary>A catalogue with the one model that these serve.</summary>
    public static CatalogSnapshot Catalogue(SimulatedEndpoint[] endpoints)
    {
        var model = new Model
        {
            Slug = "lab/model",
            Name = "Model",
            Author = "lab",
            CanonicalSlug = "lab/model",
            Endpoints = [.. endpoints.Select(endpoint => endpoint.Endpoint)],
        };
        return new CatalogSnapshot(1, [model], ImmutableArray<ProviderListing>.Empty);
    }
}
