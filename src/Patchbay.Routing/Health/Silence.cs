namespace Patchbay.Routing;

/// <summary>Notices an endpoint that takes requests and answers none, long before the first of them times out. Not safe
/// for threads by itself.</summary>
internal sealed class Silence
{
    /// <summary>The shortest silence that says anything.</summary>
    public const long ShortestMs = 3_000;

    private const int FewestAttempts = 5;
    private const int TimesUsual = 3;
    private const long ForgottenAfterMs = 30_000;

    private long _sinceMs;
    private long _lastBegunMs;
    private int _attempts;

    /// <summary>An attempt begins.</summary>
    /// <returns>Whether it is worth asking if the endpoint is silent.</returns>
    public bool Begin(long nowMs)
    {
        if (_attempts++ == 0)
        {
            _sinceMs = nowMs;
        }

        _lastBegunMs = nowMs;
        return _attempts >= FewestAttempts && nowMs - _sinceMs >= ShortestMs;
    }

    /// <summary>An attempt that began at this moment got an answer.</summary>
    public void Break(long beganMs)
    {
        if (beganMs >= _sinceMs)
        {
            _attempts = 0;
        }
    }

    /// <summary>Whether five attempts or more wait, the first of them for three times as long as nearly all answers take.
    /// </summary>
    /// <param name="nowMs">Now.</param>
    /// <param name="usualMs">In what time 99 of 100 answers begin; null when that is not known, and then nothing is
    /// said.</param>
    public bool IsAt(long nowMs, double? usualMs) =>
        _attempts >= FewestAttempts
        && nowMs - _lastBegunMs < ForgottenAfterMs
        && nowMs - _sinceMs >= Math.Max(ShortestMs, TimesUsual * usualMs ?? double.PositiveInfinity);
}
