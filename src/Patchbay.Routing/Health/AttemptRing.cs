namespace Patchbay.Routing;

/// <summary>Counts attempts by the second in which they began, over the last minute, with what has become of them. A quick
/// failure is thus compared with the attempts that began beside it, and not with the answers, which take longer. Not safe
/// for threads by itself.</summary>
internal sealed class AttemptRing
{
    private const int Slots = 64;
    private const int SlotMs = 1_000;

    private readonly Slot[] _slots = new Slot[Slots];

    private struct Slot
    {
        public long Number;
        public int Begun;
        public int Succeeded;
        public int Failed;
    }

    public void Begin(long nowMs) => At(nowMs).Begun++;

    public void Succeed(long beganMs, long nowMs)
    {
        if (IsKept(beganMs, nowMs))
        {
            At(beganMs).Succeeded++;
        }
    }

    public void Fail(long beganMs, long nowMs)
    {
        if (IsKept(beganMs, nowMs))
        {
            At(beganMs).Failed++;
        }
    }

    /// <summary>The attempts that began in this many seconds up to the moment, and how many of them have failed so far.
    /// </summary>
    public (long Begun, long Failed) Sum(long beganMs, int seconds)
    {
        var newest = NumberOf(beganMs);
        var begun = 0L;
        var failed = 0L;
        for (var number = Math.Max(1, newest - seconds + 1); number <= newest; number++)
        {
            ref readonly var slot = ref _slots[number % Slots];
            if (slot.Number == number)
            {
                begun += Math.Max(slot.Begun, slot.Succeeded + slot.Failed);
                failed += slot.Failed;
            }
        }

        return (begun, failed);
    }

    private static long NumberOf(long ms) => ms / SlotMs + 1;

    private static bool IsKept(long beganMs, long nowMs) => beganMs >= 0 && NumberOf(nowMs) - NumberOf(beganMs) < Slots;

    private ref Slot At(long ms)
    {
        var number = NumberOf(ms);
        ref var slot = ref _slots[number % Slots];
        if (slot.Number < number)
        {
            slot = new Slot { Number = number };
        }

        return ref slot;
    }
}
