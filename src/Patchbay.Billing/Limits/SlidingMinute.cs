namespace Patchbay.Billing;

/// <summary>Counts of the last 60 whole seconds and the current one. Not thread-safe.</summary>
public sealed class SlidingMinute
{
    private const int Seconds = 61;

    private readonly long[] _counts = new long[Seconds];
    private long _second;
    private long _sum;

    /// <summary>What was counted in the time that matters at this second.</summary>
    public long SumAt(long second)
    {
        Roll(second);
        return _sum;
    }

    /// <summary>Counts an amount; a negative one is taken back, from the newest seconds first.</summary>
    public void Add(long amount, long second)
    {
        Roll(second);
        for (var age = 0; amount < 0 && age < Seconds; age++)
        {
            ref var count = ref _counts[Index(_second - age)];
            var back = Math.Min(count, -amount);
            count -= back;
            _sum -= back;
            amount += back;
        }

        if (amount > 0)
        {
            _counts[Index(_second)] += amount;
            _sum += amount;
        }
    }

    /// <summary>After how many seconds an amount fits below a limit, if nothing else is counted; null when it never does.
    /// </summary>
    public int? SecondsUntil(long amount, long limit, long second)
    {
        if (amount > limit)
        {
            return null;
        }

        var sum = SumAt(second);
        var wait = 0;
        while (sum + amount > limit && wait < Seconds)
        {
            // The oldest second goes first.
            wait++;
            sum -= _counts[Index(_second + wait)];
        }

        return wait;
    }

    private static int Index(long second) => (int)(((second % Seconds) + Seconds) % Seconds);

    private void Roll(long second)
    {
        if (second - _second >= Seconds)
        {
            Array.Clear(_counts);
            _sum = 0;
            _second = second;
            return;
        }

        while (_second < second)
        {
            _second++;
            ref var oldest = ref _counts[Index(_second)];
            _sum -= oldest;
            oldest = 0;
        }
    }
}
