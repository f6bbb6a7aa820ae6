namespace Patchbay.Core;

/// <summary>Cuts text into the pieces that o200k_base encodes one by one, as OpenAI's regular expression does:
/// <code>
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// \p{N}{1,3}
///  ?[^\s\p{L}\p{N}]+[\r\n/]*
/// \s*[\r\n]+
/// \s+(?!\S)
/// \s+
/// </code>
/// The alternatives are tried in this order; what the expression would find by stepping back is found by remembering where
/// it would come to. No character is looked at more than a few times.</summary>
/// <remarks>https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py</remarks>
internal static class PieceSplitter
{
    private const CharacterClass Word = CharacterClass.Letter | CharacterClass.Number;

    /// <summary>The end of the piece that begins at <paramref name="start"/>.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="start">Where a piece begins; less than the text's length.</param>
    public static int End(ReadOnlySpan<byte> text, int start)
    {
        var first = CharacterClasses.At(text, start, out var length);
        if ((first & CharacterClass.Number) != 0)
        {
            return EndOfNumber(text, start + length);
        }

        if ((first & CharacterClass.LineEnd) == 0)
        {
            var word = EndOfWord(text, start, first, length);
            if (word > start)
            {
                return word;
            }
        }

        if ((first & CharacterClass.Space) == 0)
        {
            return EndOfSymbols(text, start + length);
        }

        if (text[start] == (byte)' '
            && (CharacterClasses.At(text, start + 1, out length) & (CharacterClass.Space | Word | CharacterClass.End)) == 0)
        {
            return EndOfSymbols(text, start + 1 + length);
        }

        return EndOfSpace(text, start);
    }

    // The first two alternatives; the start where neither fits. One character that is neither letter, number nor line end
    // may stand before the word.
    private static int EndOfWord(ReadOnlySpan<byte> text, int start, CharacterClass first, int firstLength)
    {
        var begin = (first & CharacterClass.Letter) == 0 ? start + firstLength : start;
        var at = begin;
        var lastCaseless = 0;
        CharacterClass here;
        int length;
        while (((here = CharacterClasses.At(text, at, out length)) & CharacterClass.Upper) != 0)
        {
            at += length;
            if ((here & CharacterClass.Lower) != 0)
            {
                lastCaseless = at;
            }
        }

        if ((here & CharacterClass.Lower) != 0)
        {
            do
            {
                at += length;
            }
            while ((CharacterClasses.At(text, at, out length) & CharacterClass.Lower) != 0);
            return AfterContraction(text, at);
        }

        // No small letter follows: the last caseless character counts as one, and the capitals behind it are left over.
        if (lastCaseless > 0)
        {
            return AfterContraction(text, lastCaseless);
        }

        // A mark that stood before the word is a word by itself.
        if ((first & CharacterClass.Mark) != 0)
        {
            return AfterContraction(text, begin);
        }

        return at > begin ? AfterContraction(text, at) : start;
    }

    private static int AfterContraction(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at >= (uint)text.Length || text[at] != (byte)'\'' || at + 1 >= text.Length)
        {
            return at;
        }

        var next = at + 2 < text.Length ? text[at + 2] : 0;
        switch (text[at + 1])
        {
            case (byte)'s' or (byte)'S' or (byte)'t' or (byte)'T' or (byte)'m' or (byte)'M' or (byte)'d' or (byte)'D':
                return at + 2;
            case (byte)'r' or (byte)'R' or (byte)'v' or (byte)'V' when (next | 0x20) == 'e':
                return at + 3;
            case (byte)'l' or (byte)'L' when (next | 0x20) == 'l':
                return at + 3;

            // U+017F, the long s, is an s of another case.
            case 0xC5 when next == 0xBF:
                return at + 3;
            default:
                return at;
        }
    }

    private static int EndOfNumber(ReadOnlySpan<byte> text, int at)
    {
        for (var i = 0; i < 2 && (CharacterClasses.At(text, at, out var length) & CharacterClass.Number) != 0; i++)
        {
            at += length;
        }

        return at;
    }

    private static int EndOfSymbols(ReadOnlySpan<byte> text, int at)
    {
        int length;
        while ((CharacterClasses.At(text, at, out length) & (CharacterClass.Space | Word | CharacterClass.End)) == 0)
        {
            at += length;
        }

        while (at < text.Length && text[at] is (byte)'\r' or (byte)'\n' or (byte)'/')
        {
            at++;
        }

        return at;
    }

    // Up to the last line end; otherwise up to, but without, the space that the next word may take.
    private static int EndOfSpace(ReadOnlySpan<byte> text, int start)
    {
        var at = start;
        var last = start;
        var afterLineEnd = 0;
        CharacterClass here;
        while (((here = CharacterClasses.At(text, at, out var length)) & CharacterClass.Space) != 0)
        {
            last = at;
            at += length;
            if ((here & CharacterClass.LineEnd) != 0)
            {
                afterLineEnd = at;
            }
        }

        if (afterLineEnd > 0)
        {
            return afterLineEnd;
        }

        return at == text.Length || last == start ? at : last;
    }
}
