namespace Patchbay.Benchmarks;

/// <summary>Counts what happened to the requests that arrived from the beginning of the fault until a minute after it,
/// and how long the faulty endpoints had their share of the load.</summary>
internal sealed class SimulationTally(double faultFromMs, double faultToMs, double lengthMs)
{
    private const double AfterwardsMs = 60_000;
    private const double EjectedBelow = 0.2;
    private const double ReturnedAbove = 0.9;
    private const int ReturnSeconds = 5;

    private readonly int[] _firsts = new int[(int)(lengthMs / 1000) + 60];
    private readonly int[] _faultyFirsts = new int[(int)(lengthMs / 1000) + 60];
    private readonly List<float> _lostMs = [];
    private long _requests;
    private long _extra;
    private long _failed;
    private long _answered;
    private double _cents;
    private double _oracleCents;

    public void Arrived(double nowMs, double oracleCents, int place, int faultyEndpoints)
    {
        var second = (int)(nowMs / 1000);
        _firsts[second]++;
        _faultyFirsts[second] += place >= 0 && place < faultyEndpoints ? 1 : 0;
        if (Counts(nowMs))
        {
            _requests++;
            _oracleCents += oracleCents;
        }
    }

    public void Tried(double arrivedMs, bool isExtra) => _extra += isExtra && Counts(arrivedMs) ? 1 : 0;

    public void Failed(double arrivedMs) => _failed += Counts(arrivedMs) ? 1 : 0;

    public void Answered(double arrivedMs, double lostMs, int cents)
    {
        if (Counts(arrivedMs))
        {
            _answered++;
            _cents += cents;
            _lostMs.Add((float)lostMs);
        }
    }

    public SimulationResult Result(SimulatedScenario scenario, SimulatedStrategyKind strategy)
    {
        _lostMs.Sort();
        var from = (int)(faultFromMs / 1000);
        var to = (int)(faultToMs / 1000);
        var usual = Share(0, from);
        var hasFault = scenario.Fault is not null;
        var ejected = hasFault ? FirstSecond(from, to, 1, share => share <= usual * EjectedBelow) : null;
        return new SimulationResult
        {
            Scenario = scenario.Name,
            Strategy = strategy,
            Requests = _requests,
            FailedShare = (double)_failed / _requests,
            ExtraShare = (double)_extra / _requests,
            FaultyShare = hasFault ? Share(from, to) : null,
            EjectedAfterSeconds = ejected,
            ReturnedAfterSeconds = ejected is not null
                ? FirstSecond(to, (int)(lengthMs / 1000), ReturnSeconds, share => share >= usual * ReturnedAbove)
                : null,
            CostRatio = _cents / _answered / (_oracleCents / _requests),
            LostMs50 = At(0.5),
            LostMs99 = At(0.99),
            LostMs999 = At(0.999),
        };
    }

    private bool Counts(double arrivedMs) => arrivedMs >= faultFromMs && arrivedMs < faultToMs + AfterwardsMs;

    private double At(double share) => _lostMs.Count == 0 ? 0 : _lostMs[(int)(share * (_lostMs.Count - 1))];

    private double Share(int from, int to)
    {
        long all = 0;
        long faulty = 0;
        for (var second = from; second < to; second++)
        {
            all += _firsts[second];
            faulty += _faultyFirsts[second];
        }

        return all == 0 ? 0 : (double)faulty / all;
    }

    // Seconds until the end of the first stretch of this length whose share is as wanted.
    private int? FirstSecond(int from, int to, int stretch, Func<double, bool> isWanted)
    {
        for (var second = from; second + stretch <= to; second++)
        {
            if (isWanted(Share(second, second + stretch)))
            {
                return second - from + stretch;
            }
        }

        return null;
    }
}
