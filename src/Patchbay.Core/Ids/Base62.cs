namespace Patchbay.Core;

/// <summary>The alphabet of keys and ids: digits, upper case, lower case; a double click selects the whole word.</summary>
public static class Base62
{
    /// <summary>The 62 characters in the order of their values.</summary>
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Whether every character belongs to the alphabet.</summary>
    public static bool IsValid(ReadOnlySpan<byte> ascii)
    {
        foreach (var character in ascii)
        {
            if (!char.IsAsciiLetterOrDigit((char)character))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the value with leading zeros, most significant character first.</summary>
    public static void Write(uint value, Span<char> destination)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = Alphabet[(int)(value % 62)];
            value /= 62;
        }
    }
}
