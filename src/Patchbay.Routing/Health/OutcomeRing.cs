namespace Patchbay.Routing;

/// <summary>Counts successes and failures in the last slots of a fixed length. Not safe for threads by itself.</summary>
internal sealed class OutcomeRing(int slots, int slotMs)
{
    private readonly Slot[] _slots = new Slot[slots];

    private struct Slot
    {
        public long Number;
        public int Successes;
        public int Failures;
    }

    public void Add(long nowMs, bool success)
    {
        // Slot numbers begin at 1, so that an unused slot never looks current.
        var number = nowMs / slotMs + 1;
        ref var slot = ref _slots[number % _slots.Length];
        if (slot.Number != number)
        {
            slot = new Slot { Number = number };
        }

        if (success)
        {
            slot.Successes++;
        }
        else
        {
            slot.Failures++;
        }
    }

    /// <summary>The sums over the newest <paramref name="count"/> slots, the current one included.</summary>
    public (long Successes, long Failures) Sum(long nowMs, int count)
    {
        var oldest = nowMs / slotMs + 1 - count;
        var successes = 0L;
        var failures = 0L;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Number > oldest)
            {
                successes += slot.Successes;
                failures += slot.Failures;
            }
        }

        return (successes, failures);
    }
}
