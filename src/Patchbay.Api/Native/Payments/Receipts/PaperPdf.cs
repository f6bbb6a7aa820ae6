using PdfSharp;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;

namespace Patchbay.Api;

/// <summary>A paper as PDF on A4, as many pages as it needs.</summary>
internal sealed class PaperPdf : IDisposable
{
    private const double Left = 56;
    private const double Right = 539;
    private const double Top = 64;
    private const double Bottom = 780;
    private const double LineHeight = 15;
    private const double TextLeft = Left + 80;
    private const double TextRight = Right - 110;

    // The library keeps fonts in tables that all threads share.
    private static readonly Lock Drawing = new();
    private static readonly XBrush Ink = new XSolidBrush(XColor.FromArgb(27, 27, 31));
    private static readonly XBrush Grey = new XSolidBrush(XColor.FromArgb(91, 91, 102));
    private static readonly XPen Rule = new(XColor.FromArgb(200, 200, 208), 0.6);
    private static readonly XPen StrongRule = new(XColor.FromArgb(27, 27, 31), 1.4);

    private readonly PdfDocument _document = new();
    private readonly XFont _title;
    private readonly XFont _text;
    private readonly XFont _small;
    private readonly XFont _strong;
    private XGraphics _page = null!;
    private double _y;

    static PaperPdf() => GlobalFontSettings.FontResolver = new PaperFonts();

    private PaperPdf()
    {
        _title = new XFont(PaperFonts.Family, 20, XFontStyleEx.Bold);
        _text = new XFont(PaperFonts.Family, 9.5);
        _small = new XFont(PaperFonts.Family, 8);
        _strong = new XFont(PaperFonts.Family, 11, XFontStyleEx.Bold);
        Turn();
    }

    /// <summary>Draws it.</summary>
    public static byte[] Write(Paper paper)
    {
        lock (Drawing)
        {
            using var pdf = new PaperPdf();
            pdf.Draw(paper);
            using var stream = new MemoryStream();
            pdf._document.Save(stream);
            return stream.ToArray();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _page.Dispose();
        _document.Dispose();
    }

    private void Draw(Paper paper)
    {
        _document.Info.Title = $"{paper.Title} {paper.Number}";
        Write(paper.Title, _title, Ink, Left);
        WriteRight($"{paper.Number}, {paper.Date}", _text, Ink, Right);
        _y += 10;
        _page.DrawLine(StrongRule, Left, _y, Right, _y);
        _y += 28;
        Parties(paper);
        Write("Date", _small, Grey, Left);
        Write("Description", _small, Grey, TextLeft);
        WriteRight("USD", _small, Grey, Right);
        Separate();
        foreach (var line in paper.Lines)
        {
            Line(line);
        }

        _y += 6;
        for (var i = 0; i < paper.Totals.Count; i++)
        {
            var font = i == paper.Totals.Count - 1 ? _strong : _text;
            Need(LineHeight + 4);
            Write(paper.Totals[i].Text, font, Ink, TextLeft);
            WriteRight(paper.Totals[i].Amount, font, Ink, Right);
            _y += LineHeight + 4;
        }

        _y += 24;
        foreach (var note in paper.Notes)
        {
            foreach (var part in Wrap(note, _small, Right - Left))
            {
                Need(LineHeight);
                Write(part, _small, Grey, Left);
                _y += LineHeight - 2;
            }
        }

        _page.Dispose();
    }

    private void Parties(Paper paper)
    {
        var middle = Left + ((Right - Left) / 2);
        var below = Math.Max(
            Party("From", paper.Seller, Left, middle - Left - 16), Party("To", paper.Buyer, middle, Right - middle));
        _y = below + 24;
    }

    private double Party(string title, IReadOnlyList<string> lines, double x, double width)
    {
        var start = _y;
        if (lines.Count > 0)
        {
            Write(title, _small, Grey, x);
            _y += LineHeight;
        }

        foreach (var line in lines)
        {
            foreach (var part in Wrap(line, _text, width))
            {
                Write(part, _text, Ink, x);
                _y += LineHeight - 1;
            }
        }

        var end = _y;
        _y = start;
        return end;
    }

    private void Line(PaperLine line)
    {
        var parts = Wrap(line.Text, _text, TextRight - TextLeft);
        Need((parts.Count * LineHeight) + 10);
        Write(line.Date, _text, Ink, Left);
        WriteRight(line.Amount, _text, Ink, Right);
        foreach (var part in parts)
        {
            Write(part, _text, Ink, TextLeft);
            _y += LineHeight;
        }

        _y -= LineHeight;
        Separate();
    }

    private void Separate()
    {
        _y += 7;
        _page.DrawLine(Rule, Left, _y, Right, _y);
        _y += LineHeight + 2;
    }

    private void Need(double height)
    {
        if (_y + height > Bottom)
        {
            _page.Dispose();
            Turn();
        }
    }

    private void Turn()
    {
        var page = _document.AddPage();
        page.Size = PageSize.A4;
        _page = XGraphics.FromPdfPage(page);
        _y = Top;
    }

    private void Write(string text, XFont font, XBrush brush, double x) => _page.DrawString(text, font, brush, x, _y);

    private void WriteRight(string text, XFont font, XBrush brush, double x) =>
        _page.DrawString(text, font, brush, x - _page.MeasureString(text, font).Width, _y);

    private List<string> Wrap(string text, XFont font, double width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (_page.MeasureString(longer, font).Width <= width)
            {
                line = longer;
                continue;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
            }

            line = word;
            while (line.Length > 1 && _page.MeasureString(line, font).Width > width)
            {
                var length = line.Length - 1;
                while (length > 1 && _page.MeasureString(line[..length], font).Width > width)
                {
                    length--;
                }

                lines.Add(line[..length]);
                line = line[length..];
            }
        }

        lines.Add(line);
        return lines;
    }
}
