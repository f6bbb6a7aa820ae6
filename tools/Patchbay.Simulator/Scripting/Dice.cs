using System.Numerics;
using System.Runtime.InteropServices;

namespace Patchbay.Simulator.Scripting;

/// <summary>Numbers that look random and depend on nothing but their inputs.</summary>
internal static class Dice
{
    public static ulong Roll(ulong seed, ulong first, ulong second = 0)
    {
        var z = seed + (first * 0x9E3779B97F4A7C15) + (second * 0xD1B54A32D192ED03) + 0x632BE59BD9B4E019;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public static double Fraction(ulong seed, ulong first, ulong second = 0) =>
        (Roll(seed, first, second) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A stable hash of bytes.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        uint low = 0x811C9DC5;
        uint high = 0x9E3779B9;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            low = BitOperations.Crc32C(low, word);
            high = BitOperations.Crc32C(high, BitOperations.RotateLeft(word, 29));
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            low = BitOperations.Crc32C(low, rest);
            high = BitOperations.Crc32C(high, (byte)~rest);
        }

        return ((ulong)high << 32) | low;
    }
}
