namespace Patchbay.Load;

/// <summary>How many exchanges may still begin.</summary>
internal sealed class ExchangeQuota(int most)
{
    private int _left = most;

    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}
