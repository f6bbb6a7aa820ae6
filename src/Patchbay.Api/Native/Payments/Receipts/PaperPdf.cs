using System.Globalization;

namespace Patchbay.Api;

/// <summary>A paper as PDF on A4, as many pages as it needs.</summary>
internal sealed class PaperPdf
{
    private const double Left = 56;
    private const double Right = 539;
    private const double Top = 64;
    private const double Bottom = 770;
    private const double Foot = 800;
    private const double LineHeight = 15;
    private const double TextLeft = Left + 80;
    private const double TextRight = Right - 110;
    private const double Ink = 0.1;
    private const double Grey = 0.38;

    private static readonly Letters Title = new(true, 20);
    private static readonly Letters Text = new(false, 9.5);
    private static readonly Letters Small = new(false, 8);
    private static readonly Letters Strong = new(true, 11);

    private readonly PdfFile _file;
    private readonly string _name;
    private int _pages;
    private double _y;

    private PaperPdf(Paper paper)
    {
        _name = $"{paper.Title} {paper.Number}";
        _file = new PdfFile(_name);
        Turn();
    }

    /// <summary>Draws it.</summary>
    public static byte[] Write(Paper paper)
    {
        var drawn = PdfText.Of(paper);
        var pdf = new PaperPdf(drawn);
        pdf.Draw(drawn);
        return pdf._file.ToArray();
    }

    private void Draw(Paper paper)
    {
        Write(paper.Title, Title, Ink, Left);
        WriteRight($"{paper.Number}, {paper.Date}", Text, Ink, Right);
        _y += 10;
        _file.Line(Left, Right, _y, 1.4, Ink);
        _y += 28;
        Parties(paper);
        Headings();
        foreach (var line in paper.Lines)
        {
            Line(line);
        }

        _y += 6;
        for (var i = 0; i < paper.Totals.Count; i++)
        {
            var font = i == paper.Totals.Count - 1 ? Strong : Text;
            Need(LineHeight + 4);
            Write(paper.Totals[i].Text, font, Ink, TextLeft);
            WriteRight(paper.Totals[i].Amount, font, Ink, Right);
            _y += LineHeight + 4;
        }

        _y += 24;
        foreach (var note in paper.Notes)
        {
            foreach (var part in Wrap(note, Small, Right - Left))
            {
                Need(LineHeight);
                Write(part, Small, Grey, Left);
                _y += LineHeight - 2;
            }
        }
    }

    private void Parties(Paper paper)
    {
        var middle = Left + ((Right - Left) / 2);
        var below = Math.Max(
            Party("Seller", paper.Seller, Left, middle - Left - 16), Party("Buyer", paper.Buyer, middle, Right - middle));
        _y = below + 24;
    }

    private double Party(string title, IReadOnlyList<string> lines, double x, double width)
    {
        var start = _y;
        if (lines.Count > 0)
        {
            Write(title, Small, Grey, x);
            _y += LineHeight;
        }

        foreach (var line in lines)
        {
            foreach (var part in Wrap(line, Text, width))
            {
                Write(part, Text, Ink, x);
                _y += LineHeight - 1;
            }
        }

        var end = _y;
        _y = start;
        return end;
    }

    private void Headings()
    {
        Write("Date", Small, Grey, Left);
        Write("Description", Small, Grey, TextLeft);
        WriteRight("USD", Small, Grey, Right);
        Separate();
    }

    private void Line(PaperLine line)
    {
        var parts = Wrap(line.Text, Text, TextRight - TextLeft);
        if (Need((parts.Count * LineHeight) + 10))
        {
            Headings();
        }

        Write(line.Date, Text, Ink, Left);
        WriteRight(line.Amount, Text, Ink, Right);
        foreach (var part in parts)
        {
            Write(part, Text, Ink, TextLeft);
            _y += LineHeight;
        }

        _y -= LineHeight;
        Separate();
    }

    private void Separate()
    {
        _y += 7;
        _file.Line(Left, Right, _y, 0.6, 0.8);
        _y += LineHeight + 2;
    }

    // True when it began another page.
    private bool Need(double height)
    {
        if (_y + height <= Bottom)
        {
            return false;
        }

        Turn();
        return true;
    }

    private void Turn()
    {
        _file.Turn();
        _y = Foot;
        Write(_name, Small, Grey, Left);
        WriteRight($"Page {(++_pages).ToString(CultureInfo.InvariantCulture)}", Small, Grey, Right);
        _y = Top;
    }

    private void Write(string text, Letters letters, double grey, double x) =>
        _file.Text(text, letters.Bold, letters.Size, grey, x, _y);

    private void WriteRight(string text, Letters letters, double grey, double x) =>
        Write(text, letters, grey, x - letters.Measure(text));

    private static List<string> Wrap(string text, Letters letters, double width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (letters.Measure(longer) <= width)
            {
                line = longer;
                continue;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
            }

            line = word;
            while (line.Length > 1 && letters.Measure(line) > width)
            {
                var length = line.Length - 1;
                while (length > 1 && letters.Measure(line[..length]) > width)
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

    /// <summary>Letters of one kind and size.</summary>
    private sealed record Letters(bool Bold, double Size)
    {
        public double Measure(string text) => (Bold ? PdfFont.Bold : PdfFont.Regular).Measure(text, Size);
    }
}
