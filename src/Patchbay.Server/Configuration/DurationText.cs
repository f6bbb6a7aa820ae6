using System.Globalization;

namespace Patchbay.Server;

/// <summary>Durations as operators write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>.</summary>
internal static class DurationText
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    /// <summary>Reads a number with a unit; a bare number is refused, since its unit would be a guess.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var span = text.AsSpan().Trim();
        duration = default;
        foreach (var (unit, length) in Units)
        {
            if (span.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(span[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out var number))
            {
                if (number > (decimal)TimeSpan.FromDays(365).Ticks / length.Ticks)
                {
                    return false;
                }

                duration = TimeSpan.FromTicks((long)(number * length.Ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes it in the largest unit that leaves a whole number.</summary>
    public static string Format(TimeSpan duration)
    {
        for (var i = Units.Length - 1; i > 0; i--)
        {
            var (unit, length) = Units[i];
            if (duration.Ticks != 0 && duration.Ticks % length.Ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / length.Ticks}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
    }
}
