using System.Diagnostics;
using System.Globalization;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>How many megabytes of text the tokenizer counts in a second, on one core.</summary>
internal static class TokenizerSpeed
{
    private const int Bytes = 1024 * 1024;

    // Long enough for the runtime to replace its first, unoptimised code.
    private static readonly TimeSpan PerText = TimeSpan.FromSeconds(2);

    /// <summary>Measures each text, the best of many rounds, and says what came out. Where a folder is given, the texts are
    /// written there, for other programs to count.</summary>
    public static string Measure(string? folder)
    {
        var report = new StringBuilder();
        var started = Stopwatch.GetTimestamp();
        O200kTokenizer.Count("a"u8);
        report.AppendLine(CultureInfo.InvariantCulture, $"vocabulary loaded in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
        report.AppendLine(CultureInfo.InvariantCulture, $"{"text",-10} {"bytes",8} {"tokens",8} {"MB/s",7}");
        Add("prose", TokenizerTexts.Prose(Bytes));
        Add("mixed", TokenizerTexts.Mixed(Bytes));
        Add("one-piece", TokenizerTexts.OnePiece(Bytes));
        return report.ToString();

        void Add(string name, byte[] text)
        {
            var best = TimeSpan.MaxValue;
            var tokens = 0;
            var first = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(first) < PerText)
            {
                var begun = Stopwatch.GetTimestamp();
                tokens = O200kTokenizer.Count(text);
                var elapsed = Stopwatch.GetElapsedTime(begun);
                best = elapsed < best ? elapsed : best;
            }

            report.AppendLine(
                CultureInfo.InvariantCulture, $"{name,-10} {text.Length,8} {tokens,8} {text.Length / best.TotalMicroseconds,7:F1}");
            if (folder is not null)
            {
                File.WriteAllBytes(Path.Combine(folder, $"{name}.txt"), text);
            }
        }
    }
}
