using System.Globalization;

namespace Patchbay.Simulator.Scripting;

/// <summary>Which calls of a rule count: from first to last, every so many.</summary>
internal readonly record struct CallWindow(long First, long Last, long Every)
{
    public static CallWindow All { get; } = new(1, long.MaxValue, 1);

    public bool Contains(long call) => call >= First && call <= Last && call % Every == 0;

    public static CallWindow Parse(string? text)
    {
        if (text is null)
        {
            return All;
        }

        if (text.StartsWith("every ", StringComparison.Ordinal) && Read(text.AsSpan(6), out var every))
        {
            return new CallWindow(1, long.MaxValue, every);
        }

        if (text.EndsWith('+') && Read(text.AsSpan(0, text.Length - 1), out var from))
        {
            return new CallWindow(from, long.MaxValue, 1);
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && Read(text.AsSpan(0, dash), out var first) && Read(text.AsSpan(dash + 1), out var last) && first <= last)
        {
            return new CallWindow(first, last, 1);
        }

        return Read(text, out var only)
            ? new CallWindow(only, only, 1)
            : throw new FormatException($"'calls' must look like 3, 1-3, 4+ or every 5, got '{text}'");
    }

    private static bool Read(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
