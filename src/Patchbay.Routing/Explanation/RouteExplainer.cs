namespace Patchbay.Routing;

/// <summary>What the planner would do with a request, with everything that chance decides laid open.</summary>
/// <param name="Plan">The likeliest plan: where an endpoint is drawn, the one with the best chance.</param>
/// <param name="Chances">For each endpoint that can be the first attempt for its model, its probability; those of one model
/// add up to 1. By the ordinal of the endpoint.</param>
/// <param name="IsDrawn">Whether chance decides anything.</param>
public sealed record RouteExplanation(RoutePlan Plan, IReadOnlyDictionary<int, double> Chances, bool IsDrawn);

/// <summary>Explains plans by asking the planner itself, so that an explanation cannot differ from what is done: the numbers
/// that the planner draws are varied until it is known which of them leads where. Takes a few dozen plans; nothing is
/// changed.</summary>
public static class RouteExplainer
{
    // How exactly the limits between two endpoints are searched.
    private const double Precision = 1e-7;
    private const double Last = 1 - 1e-12;

    /// <summary>Explains a request.</summary>
    public static RouteExplanation Explain(in RouteRequest request, HealthRegistry health)
    {
        var chances = new Dictionary<int, double>();
        var draws = new List<double>();
        if (request.Preferences is { PartitionNone: true } || request.Models.Count == 1)
        {
            Search(request, health, chances, draws);
        }
        else
        {
            // Each model has a draw of its own, if it has several endpoints to draw from.
            foreach (var model in request.Models)
            {
                Search(request with { Models = [model] }, health, chances, draws);
            }
        }

        return new RouteExplanation(RoutePlanner.Plan(request, health, new SetRandom(draws)), chances, draws.Count > 0);
    }

    private static void Search(in RouteRequest request, HealthRegistry health, Dictionary<int, double> chances, List<double> draws)
    {
        var probe = new SetRandom([0]);
        var first = First(request, health, probe);
        if (first < 0)
        {
            return;
        }

        if (!probe.WasAsked)
        {
            chances.TryAdd(first, 1);
            return;
        }

        var parts = new List<(int Endpoint, double From, double To)>();
        Split(request, health, (0, first), (Last, FirstAt(request, health, Last)), parts);
        var widest = parts[0];
        foreach (var part in parts)
        {
            chances[part.Endpoint] = chances.GetValueOrDefault(part.Endpoint) + part.To - part.From;
            widest = part.To - part.From > widest.To - widest.From ? part : widest;
        }

        draws.Add((widest.From + widest.To) / 2);
    }

    // What is drawn grows with the number, so that equal ends have nothing else between them.
    private static void Split(
        in RouteRequest request, HealthRegistry health, (double At, int Endpoint) low, (double At, int Endpoint) high,
        List<(int Endpoint, double From, double To)> parts)
    {
        if (low.Endpoint == high.Endpoint)
        {
            Add(parts, low.Endpoint, low.At, high.At >= Last ? 1 : high.At);
            return;
        }

        var middle = (low.At + high.At) / 2;
        if (high.At - low.At < Precision)
        {
            Add(parts, low.Endpoint, low.At, middle);
            Add(parts, high.Endpoint, middle, high.At >= Last ? 1 : high.At);
            return;
        }

        var between = (middle, FirstAt(request, health, middle));
        Split(request, health, low, between, parts);
        Split(request, health, between, high, parts);
    }

    private static void Add(List<(int Endpoint, double From, double To)> parts, int endpoint, double from, double to)
    {
        if (parts.Count > 0 && parts[^1].Endpoint == endpoint)
        {
            parts[^1] = parts[^1] with { To = to };
        }
        else
        {
            parts.Add((endpoint, from, to));
        }
    }

    private static int FirstAt(in RouteRequest request, HealthRegistry health, double number) =>
        First(request, health, new SetRandom([number]));

    private static int First(in RouteRequest request, HealthRegistry health, Random random) =>
        RoutePlanner.Plan(request, health, random) is { Attempts: [var first, ..] } ? first.Endpoint.Ordinal : -1;

    /// <summary>Gives the numbers that it was told to, and then halves.</summary>
    private sealed class SetRandom(IReadOnlyList<double> numbers) : Random
    {
        private int _next;

        public bool WasAsked => _next > 0;

        public override double NextDouble() => Sample();

        protected override double Sample() => _next < numbers.Count ? numbers[_next++] : 0.5;
    }
}
