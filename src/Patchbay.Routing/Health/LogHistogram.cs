using System.Numerics;

namespace Patchbay.Routing;

/// <summary>The distribution of a whole number from 0 to two million over the last slots of a fixed length. Each octave has
/// four bins, so a percentile is within an eighth of the true value. Not safe for threads by itself.</summary>
internal sealed class LogHistogram(int slots, int slotMs)
{
    private const int Bins = 80;

    private readonly uint[] _counts = new uint[slots * Bins];
    private readonly long[] _numbers = new long[slots];

    public void Add(long nowMs, long value)
    {
        var number = nowMs / slotMs + 1;
        var slot = (int)(number % slots);
        if (_numbers[slot] != number)
        {
            _numbers[slot] = number;
            _counts.AsSpan(slot * Bins, Bins).Clear();
        }

        _counts[slot * Bins + BinOf(value)]++;
    }

    /// <summary>The percentiles, each multiplied by the scale; null without values.</summary>
    public Percentiles? Read(long nowMs, double scale)
    {
        Span<uint> sums = stackalloc uint[Bins];
        sums.Clear();
        var total = 0L;
        var oldest = nowMs / slotMs + 1 - slots;
        for (var slot = 0; slot < slots; slot++)
        {
            if (_numbers[slot] <= oldest)
            {
                continue;
            }

            var counts = _counts.AsSpan(slot * Bins, Bins);
            for (var bin = 0; bin < Bins; bin++)
            {
                sums[bin] += counts[bin];
                total += counts[bin];
            }
        }

        return total == 0
            ? null
            : new Percentiles(
                At(sums, total, 0.50) * scale,
                At(sums, total, 0.75) * scale,
                At(sums, total, 0.90) * scale,
                At(sums, total, 0.99) * scale)
            {
                P25 = At(sums, total, 0.25) * scale,
                P10 = At(sums, total, 0.10) * scale,
                P1 = At(sums, total, 0.01) * scale,
            };
    }

    private static double At(ReadOnlySpan<uint> sums, long total, double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        var below = 0L;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (below + sums[bin] >= rank)
            {
                // A bin of one whole number stands for that number; within a wider one values are taken as evenly spread.
                var (first, width) = RangeOf(bin);
                return width == 1 ? first : first + width * ((rank - below - 0.5) / sums[bin]);
            }

            below += sums[bin];
        }

        return 0;
    }

    private static int BinOf(long value)
    {
        if (value < 4)
        {
            return (int)Math.Max(0, value);
        }

        var octave = BitOperations.Log2((ulong)value);
        return Math.Min(Bins - 1, (octave - 1) * 4 + (int)((value >> (octave - 2)) & 3));
    }

    private static (double First, double Width) RangeOf(int bin)
    {
        if (bin < 4)
        {
            return (bin, 1);
        }

        var shift = bin / 4 - 1;
        return ((4L + bin % 4) << shift, 1L << shift);
    }
}
