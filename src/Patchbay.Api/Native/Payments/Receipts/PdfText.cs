using System.Globalization;
using System.Text;

namespace Patchbay.Api;

/// <summary>Texts as the fonts inside a PDF can draw them: Latin, Greek and Cyrillic letters, and common signs. What else there
/// is becomes one sign for each character, and the paper says where it can be read.</summary>
internal static class PdfText
{
    private const string Missing =
        "The letters of this file do not have all characters of these names. The same paper as a page (.html) shows them.";

    /// <summary>A paper of which everything can be drawn.</summary>
    public static Paper Of(Paper paper)
    {
        var isWhole = true;
        var drawn = paper with
        {
            Title = One(paper.Title),
            Number = One(paper.Number),
            Date = One(paper.Date),
            Seller = [.. paper.Seller.Select(One)],
            Buyer = [.. paper.Buyer.Select(One)],
            Lines = [.. paper.Lines.Select(Line)],
            Totals = [.. paper.Totals.Select(Line)],
            Notes = [.. paper.Notes.Select(One)],
        };
        return isWhole ? drawn : drawn with { Notes = [.. drawn.Notes, Missing] };

        PaperLine Line(PaperLine line) => new(One(line.Date), One(line.Text), One(line.Amount));

        string One(string text)
        {
            var kept = Of(text);
            isWhole &= !kept.Contains(PdfFont.Unknown, StringComparison.Ordinal);
            return kept;
        }
    }

    private static string Of(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // What only says how its neighbours are set is not drawn.
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                kept.Append(rune.IsBmp && Has((char)rune.Value) ? (char)rune.Value : PdfFont.Unknown);
            }
        }

        return kept.ToString();
    }

    private static bool Has(char character) => PdfFont.Regular.Has(character) && PdfFont.Bold.Has(character);
}
