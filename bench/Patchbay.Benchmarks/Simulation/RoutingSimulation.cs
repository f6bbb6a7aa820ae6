namespace Patchbay.Benchmarks;

/// <summary>A discrete-event simulation: requests arrive by chance at an even rate, go where a strategy sends them, and
/// succeed or fail by the endpoints' prices, speeds and faults. The planner and the health are the product's own; only the
/// clock and the network are not. Equal seeds give equal results.</summary>
internal sealed class RoutingSimulation
{
    private const double PerSecond = 200;
    private const double PatienceMs = 15_000;
    private const double LastPatienceMs = 60_000;

    private readonly SimulatedScenario _scenario;
    private readonly SimulatedEndpoint[] _endpoints;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedStrategy _strategy;
    private readonly SimulationTally _tally;
    private readonly Random _arrivals;
    private readonly Random _outcomes;
    private readonly PriorityQueue<Event, (double AtMs, long Number)> _events = new();
    private readonly Stack<Request> _spare = new();
    private readonly int _requests;
    private readonly double _faultFromMs;
    private readonly double _faultToMs;
    private long _number;

    private RoutingSimulation(SimulatedScenario scenario, SimulatedStrategyKind strategy, int requests, int seed)
    {
        _scenario = scenario;
        _endpoints = scenario.CreateEndpoints();
        _strategy = new SimulatedStrategy(strategy, _endpoints, _clock, seed);
        _arrivals = new Random(seed + 1);
        _outcomes = new Random(seed + 2);
        _requests = requests;
        var lengthMs = requests / PerSecond * 1000;
        (_faultFromMs, _faultToMs) = SimulatedScenario.FaultWindow(lengthMs);
        _tally = new SimulationTally(_faultFromMs, _faultToMs, lengthMs);
    }

    private sealed class Request
    {
        public readonly int[] Places = new int[8];
        public double ArrivedMs;
        public int Planned;
        public int Tried;
    }

    // The first byte of an answer, or the end of an attempt.
    private readonly record struct Event(
        Request Request, int Place, double BeganMs, SimulatedOutcome Outcome, bool IsFirstByte);

    public static SimulationResult Run(
        SimulatedScenario scenario, SimulatedStrategyKind strategy, int requests, int seed)
    {
        var simulation = new RoutingSimulation(scenario, strategy, requests, seed);
        simulation.Run();
        return simulation._tally.Result(scenario, strategy);
    }

    private void Run()
    {
        var nextMs = NextArrival(0);
        for (var arrived = 0; arrived < _requests || _events.Count > 0;)
        {
            if (arrived < _requests && (!_events.TryPeek(out _, out var due) || nextMs <= due.AtMs))
            {
                _clock.NowMs = nextMs;
                Arrive();
                arrived++;
                nextMs = NextArrival(nextMs);
            }
            else
            {
                _events.TryDequeue(out var happened, out due);
                _clock.NowMs = due.AtMs;
                if (happened.IsFirstByte)
                {
                    _strategy.Health.RecordFirstByte(_endpoints[happened.Place].Endpoint, (int)happened.Outcome.AfterMs);
                }
                else
                {
                    End(in happened);
                }
            }
        }
    }

    private double NextArrival(double afterMs) => afterMs - Math.Log(1 - _arrivals.NextDouble()) * 1000 / PerSecond;

    private void Arrive()
    {
        var request = _spare.TryPop(out var used) ? used : new Request();
        request.ArrivedMs = _clock.NowMs;
        request.Tried = 0;
        request.Planned = _strategy.Plan(request.Places);
        _tally.Arrived(_clock.NowMs, OracleCents(), request.Planned == 0 ? -1 : request.Places[0], _scenario.FaultyEndpoints);
        if (request.Planned == 0)
        {
            _tally.Failed(_clock.NowMs);
            _spare.Push(request);
            return;
        }

        Try(request);
    }

    private void Try(Request request)
    {
        var place = request.Places[request.Tried++];
        var endpoint = _endpoints[place];
        _strategy.Health.RecordAttempt(endpoint.Endpoint);
        var patience = request.Tried < request.Planned ? PatienceMs : LastPatienceMs;
        var outcome = endpoint.Attempt(_clock.NowMs, IsFaulty, patience, _outcomes);
        var first = new Event(request, place, _clock.NowMs, outcome, IsFirstByte: outcome.Failure is null);
        _events.Enqueue(first, (_clock.NowMs + outcome.AfterMs, _number++));
        if (first.IsFirstByte)
        {
            _events.Enqueue(first with { IsFirstByte = false }, (_clock.NowMs + outcome.DurationMs, _number++));
        }

        _tally.Tried(request.ArrivedMs, isExtra: request.Tried > 1);
    }

    private void End(in Event ended)
    {
        var endpoint = _endpoints[ended.Place];
        var outcome = ended.Outcome;
        var request = ended.Request;
        if (outcome.Failure is { } kind)
        {
            TimeSpan? wait = outcome.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
            _strategy.Health.RecordFailure(endpoint.Endpoint, kind, wait, (int)outcome.AfterMs);
            if (request.Tried < request.Planned)
            {
                Try(request);
                return;
            }

            _tally.Failed(request.ArrivedMs);
        }
        else
        {
            _strategy.Health.RecordSuccess(
                endpoint.Endpoint, (int)outcome.AfterMs, (int)outcome.DurationMs, SimulatedEndpoint.OutputTokens);
            _tally.Answered(request.ArrivedMs, ended.BeganMs - request.ArrivedMs, endpoint.Cents);
        }

        _spare.Push(request);
    }

    private bool IsFaulty => _clock.NowMs >= _faultFromMs && _clock.NowMs < _faultToMs;

    // The price of the cheapest endpoint that would answer now.
    private double OracleCents()
    {
        var left = 1.0;
        var cents = 0.0;
        foreach (var endpoint in _endpoints)
        {
            var chance = left * endpoint.Chance(_clock.NowMs, IsFaulty);
            cents += chance * endpoint.Cents;
            left -= chance;
            if (left <= 0)
            {
                break;
            }
        }

        return cents;
    }
}
