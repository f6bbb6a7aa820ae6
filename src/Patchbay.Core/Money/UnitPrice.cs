using System.Globalization;

namespace Patchbay.Core;

/// <summary>A price per unit (a token, an image, a request…) as a whole number of femto-dollars (1e-15 USD), which is
/// the same number as nano-USD per million units. Never negative.</summary>
/// <param name="Femtos">The price of one unit in femto-USD.</param>
public readonly record struct UnitPrice(long Femtos)
{
    /// <summary>How many femto-USD make one nano-USD.</summary>
    public const long FemtosPerNano = 1_000_000;

    /// <summary>Free of charge.</summary>
    public static UnitPrice Free => default;

    /// <summary>Reads a price in dollars per unit, written as decimal digits with an optional exponent ("0.00000015",
    /// "1.5e-7"). False for a negative price, for more than fifteen decimals, and above 9,000 dollars a unit.</summary>
    public static bool TryParse(ReadOnlySpan<char> dollars, out UnitPrice price)
    {
        price = default;
        if (!decimal.TryParse(dollars, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 9_000m)
        {
            return false;
        }

        var femtos = value * 1_000_000_000_000_000m;
        if (femtos != decimal.Truncate(femtos))
        {
            return false;
        }

        price = new UnitPrice((long)femtos);
        return true;
    }

    /// <summary>Reads a price like <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is no price.</exception>
    public static UnitPrice Parse(ReadOnlySpan<char> dollars) =>
        TryParse(dollars, out var price)
            ? price
            : throw new FormatException($"'{dollars}' is not a price in dollars per unit.");

    /// <summary>The price in dollars per unit as plain decimal digits, as the catalogue API shows it: "0.00000015".</summary>
    public override string ToString() =>
        (Femtos * 0.000000000000001m).ToString("0.###############", CultureInfo.InvariantCulture);
}
