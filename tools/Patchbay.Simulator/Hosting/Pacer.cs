using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Hosting;

/// <summary>Spreads tokens over time without drift: a late token does not push the later ones back.</summary>
internal struct Pacer
{
    private readonly TimeProvider _time;
    private readonly ulong _seed;
    private readonly double _gap;
    private readonly double _jitter;
    private readonly long _start;
    private double _due;
    private ulong _index;

    public Pacer(Exchange exchange)
    {
        var settings = exchange.Settings;
        _time = exchange.Options.Time;
        _seed = exchange.Options.Seed;
        _gap = settings.TokensPerSecond > 0 ? 1000 / settings.TokensPerSecond : 0;
        _jitter = settings.Jitter / 100.0;
        _start = _gap > 0 ? _time.GetTimestamp() : 0;
    }

    public readonly bool IsPaced => _gap > 0;

    /// <summary>The time to wait before the next tokens may leave.</summary>
    public TimeSpan Next(int tokens)
    {
        var shift = _jitter == 0 ? 1 : 1 + (_jitter * ((2 * Dice.Fraction(_seed, _index++)) - 1));
        var wait = _due - _time.GetElapsedTime(_start).TotalMilliseconds;
        _due += _gap * shift * tokens;
        return wait <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(wait);
    }
}
