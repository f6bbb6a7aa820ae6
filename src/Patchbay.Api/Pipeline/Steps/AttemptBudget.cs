using System.Collections.Concurrent;

namespace Patchbay.Api;

/// <summary>Bounds how many calls to providers a process makes beyond one per request: a share of the requests for the same
/// model over the last ten seconds, and a small number besides, so that little traffic can always fail over. When every
/// endpoint fails, retries thus add at most that share to the load. Safe for any number of threads; its size is bounded by
/// the number of models.</summary>
/// <param name="percent">Calls for each hundred requests.</param>
/// <param name="minimum">Calls in ten seconds that are allowed whatever the number of requests.</param>
/// <param name="clock">The time.</param>
internal sealed class AttemptBudget(int percent, int minimum, TimeProvider clock)
{
    private const int Slots = 10;
    private const long SlotMs = 1_000;

    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);
    private readonly long _start = clock.GetTimestamp();

    /// <summary>The budget of a model; counts one request for it.</summary>
    public Window Count(string model)
    {
        var window = _windows.GetOrAdd(model, static (_, budget) => new Window(budget), this);
        window.CountRequest();
        return window;
    }

    private long NowMs => (long)clock.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The last ten seconds of one model.</summary>
    internal sealed class Window(AttemptBudget budget)
    {
        private readonly Lock _gate = new();
        private readonly Slot[] _slots = new Slot[Slots];

        /// <summary>Takes one extra call. False when there is none left; one may be there after <paramref name="wait"/>.
        /// </summary>
        public bool TryTake(out TimeSpan wait)
        {
            lock (_gate)
            {
                ref var now = ref Current();
                var (requests, extras, oldest) = Sum(now.Number);
                if (extras >= Math.Max(budget.Minimum, requests * budget.Percent / 100))
                {
                    wait = TimeSpan.FromMilliseconds(((oldest + Slots - 1) * SlotMs) - budget.NowMs);
                    return false;
                }

                now.Extras++;
                wait = TimeSpan.Zero;
                return true;
            }
        }

        /// <summary>Gives one back: it brought an answer, so it was no load for nothing.</summary>
        public void GiveBack()
        {
            lock (_gate)
            {
                ref var slot = ref Current();
                for (var i = 0; i < Slots; i++)
                {
                    ref var taken = ref _slots[(slot.Number + Slots - i) % Slots];
                    if (taken.Extras > 0 && taken.Number > slot.Number - Slots)
                    {
                        taken.Extras--;
                        return;
                    }
                }
            }
        }

        internal void CountRequest()
        {
            lock (_gate)
            {
                Current().Requests++;
            }
        }

        // Slots are numbered from 1, so that an unused one never looks current.
        private ref Slot Current()
        {
            var number = budget.NowMs / SlotMs + 1;
            ref var slot = ref _slots[number % Slots];
            if (slot.Number != number)
            {
                slot = new Slot { Number = number };
            }

            return ref slot;
        }

        private (int Requests, int Extras, long Oldest) Sum(long now)
        {
            var (requests, extras, oldest) = (0, 0, now);
            foreach (ref readonly var slot in _slots.AsSpan())
            {
                if (slot.Number > now - Slots)
                {
                    requests += slot.Requests;
                    extras += slot.Extras;
                    oldest = slot.Extras > 0 ? Math.Min(oldest, slot.Number) : oldest;
                }
            }

            return (requests, extras, oldest);
        }

        private struct Slot
        {
            public long Number;
            public int Requests;
            public int Extras;
        }
    }

    private int Percent => percent;

    private int Minimum => minimum;
}
