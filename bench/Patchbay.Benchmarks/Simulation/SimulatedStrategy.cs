using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Benchmarks;

/// <summary>A way to choose endpoints.</summary>
internal enum SimulatedStrategyKind
{
    /// <summary>The product's own planner and health.</summary>
    Patchbay,

    /// <summary>Always cheapest first, with fallbacks, without memory.</summary>
    OrderOnly,

    /// <summary>In turn, with fallbacks to the next.</summary>
    RoundRobinWithFailover,

    /// <summary>In turn, one attempt.</summary>
    RoundRobin,
}

/// <summary>Chooses the endpoints of each request and learns from what became of them.</summary>
internal sealed class SimulatedStrategy
{
    private readonly SimulatedStrategyKind _kind;
    private readonly SimulatedEndpoint[] _endpoints;
    private readonly Dictionary<Endpoint, int> _places = [];
    private readonly Random _random;
    private readonly RouteRequest _request;
    private int _turn;

    public SimulatedStrategy(SimulatedStrategyKind kind, SimulatedEndpoint[] endpoints, TimeProvider clock, int seed)
    {
        _kind = kind;
        _endpoints = endpoints;
        _random = new Random(seed);
        Health = new HealthRegistry(clock);
        for (var i = 0; i < endpoints.Length; i++)
        {
            _places[endpoints[i].Endpoint] = i;
        }

        _request = new RouteRequest
        {
            Snapshot = SimulatedScenario.Catalogue(endpoints),
            Models = ["lab/model"],
            EstimatedPromptTokens = 1_000,
        };
    }

    public HealthRegistry Health { get; }

    /// <summary>Writes the places of the endpoints to try; returns how many.</summary>
    public int Plan(Span<int> places)
    {
        var most = Math.Min(RouteRequest.DefaultMaxAttempts, places.Length);
        switch (_kind)
        {
            case SimulatedStrategyKind.Patchbay:
                var attempts = RoutePlanner.Plan(in _request, Health, _random).Attempts;
                for (var i = 0; i < attempts.Length; i++)
                {
                    places[i] = _places[attempts[i].Endpoint];
                }

                return attempts.Length;
            case SimulatedStrategyKind.OrderOnly:
                for (var i = 0; i < most; i++)
                {
                    places[i] = i;
                }

                return most;
            default:
                _turn = (_turn + 1) % _endpoints.Length;
                for (var i = 0; i < most; i++)
                {
                    places[i] = (_turn + i) % _endpoints.Length;
                }

                return _kind == SimulatedStrategyKind.RoundRobin ? 1 : most;
        }
    }
}
