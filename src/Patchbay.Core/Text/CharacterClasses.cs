using System.Globalization;

namespace Patchbay.Core;

/// <summary>The class of every character, by the Unicode version of the runtime.</summary>
internal static class CharacterClasses
{
    // The basic plane, one byte a character; the planes above it are asked of the runtime.
    private static readonly CharacterClass[] Basic = Build();

    /// <summary>The class of the character at <paramref name="at"/>, and how many bytes it has; <see
    /// cref="CharacterClass.End"/> behind the last one.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="at">Where a character begins, or the length of the text.</param>
    /// <param name="length">The character's bytes; 0 at the end.</param>
    public static CharacterClass At(ReadOnlySpan<byte> text, int at, out int length)
    {
        if ((uint)at >= (uint)text.Length)
        {
            length = 0;
            return CharacterClass.End;
        }

        var lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return Basic[lead];
        }

        return Wide(text[at..], lead, out length);
    }

    private static CharacterClass Wide(ReadOnlySpan<byte> text, int lead, out int length)
    {
        if (lead < 0xE0)
        {
            length = 2;
            return Basic[((lead & 0x1F) << 6) | (text[1] & 0x3F)];
        }

        if (lead < 0xF0)
        {
            length = 3;
            return Basic[((lead & 0x0F) << 12) | ((text[1] & 0x3F) << 6) | (text[2] & 0x3F)];
        }

        length = 4;
        return Of(((lead & 0x07) << 18) | ((text[1] & 0x3F) << 12) | ((text[2] & 0x3F) << 6) | (text[3] & 0x3F));
    }

    private static CharacterClass[] Build()
    {
        var classes = new CharacterClass[char.MaxValue + 1];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = Of(i);
        }

        classes['\r'] |= CharacterClass.LineEnd;
        classes['\n'] |= CharacterClass.LineEnd;
        return classes;
    }

    private static CharacterClass Of(int codePoint)
    {
        switch (CharUnicodeInfo.GetUnicodeCategory(codePoint))
        {
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter:
                return CharacterClass.Letter | CharacterClass.Upper;
            case UnicodeCategory.LowercaseLetter:
                return CharacterClass.Letter | CharacterClass.Lower;
            case UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter:
                return CharacterClass.Letter | CharacterClass.Caseless;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                return CharacterClass.Mark | CharacterClass.Caseless;
            case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber:
                return CharacterClass.Number;
            default:
                // White space is in the basic plane only.
                return codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint)
                    ? CharacterClass.Space
                    : CharacterClass.None;
        }
    }
}
