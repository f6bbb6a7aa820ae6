namespace Patchbay.Benchmarks;

/// <summary>Lets so many requests a second through, and a second's worth at once.</summary>
internal struct TokenBucket
{
    private double _tokens;
    private double _atMs;

    public bool TryTake(double nowMs, int perSecond)
    {
        _tokens = Math.Min(perSecond, _tokens + (nowMs - _atMs) * perSecond / 1000);
        _atMs = nowMs;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
