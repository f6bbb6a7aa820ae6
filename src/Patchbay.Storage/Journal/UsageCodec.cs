using Patchbay.Core;

namespace Patchbay.Storage.Journal;

/// <summary>Usage as bytes: a bit for each part that is known, then those parts.</summary>
internal static class UsageCodec
{
    private const int Estimated = 1 << 11;

    /// <summary>Appends the usage.</summary>
    public static void Write(JournalBuffer buffer, Usage usage)
    {
        ReadOnlySpan<long?> parts =
        [
            usage.UncachedInput, usage.CacheRead, usage.CacheWrite, usage.CacheWrite1h, usage.AudioInput, usage.Output,
            usage.Reasoning, usage.AudioOutput, usage.ImagesIn, usage.ImagesOut, usage.Searches,
        ];
        var known = usage.Estimated ? Estimated : 0;
        for (var i = 0; i < parts.Length; i++)
        {
            known |= parts[i] is null ? 0 : 1 << i;
        }

        buffer.Number((long)known);
        foreach (var part in parts)
        {
            if (part is { } number)
            {
                buffer.Number(number);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Usage Read(ref JournalReader reader)
    {
        var known = reader.Int32();
        return new Usage
        {
            UncachedInput = Part(ref reader, known, 0),
            CacheRead = Part(ref reader, known, 1),
            CacheWrite = Part(ref reader, known, 2),
            CacheWrite1h = Part(ref reader, known, 3),
            AudioInput = Part(ref reader, known, 4),
            Output = Part(ref reader, known, 5),
            Reasoning = Part(ref reader, known, 6),
            AudioOutput = Part(ref reader, known, 7),
            ImagesIn = Part(ref reader, known, 8),
            ImagesOut = Part(ref reader, known, 9),
            Searches = Part(ref reader, known, 10),
            Estimated = (known & Estimated) != 0,
        };
    }

    private static long? Part(ref JournalReader reader, int known, int index) =>
        (known & (1 << index)) != 0 ? reader.Number() : null;
}
