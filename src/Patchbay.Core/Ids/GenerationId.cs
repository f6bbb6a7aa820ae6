using System.Globalization;

namespace Patchbay.Core;

/// <summary>Makes ids of generations: <c>gen-{unix seconds}-{20 base62 characters}</c>, unique and not guessable. The first
/// two characters are the millisecond, so that ids sort nearly by time and an index of them grows at its end.</summary>
public static class GenerationId
{
    private const int MillisecondLength = 2;
    private const int RandomLength = 18;

    /// <summary>A new id for a request that arrived at this time.</summary>
    public static string Create(DateTimeOffset now)
    {
        Span<char> text = stackalloc char[64];
        "gen-".CopyTo(text);
        now.ToUnixTimeSeconds().TryFormat(text[4..], out var digits, provider: CultureInfo.InvariantCulture);
        var length = 4 + digits;
        text[length++] = '-';
        Base62.Write((uint)now.Millisecond, text.Slice(length, MillisecondLength));
        length += MillisecondLength;

        // Byte-wise modulo is slightly biased, which an identifier of 107 bits can afford.
        Span<byte> random = stackalloc byte[RandomLength];
        RandomPool.Fill(random);
        foreach (var value in random)
        {
            text[length++] = Base62.Alphabet[value % 62];
        }

        return new string(text[..length]);
    }
}
