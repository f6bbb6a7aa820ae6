using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Patchbay.Api;

/// <summary>A PDF file of pages with texts and lines (ISO 32000-1). Both fonts are inside, with the characters of their glyphs,
/// so that texts can be searched and copied. Distances are points from the upper left corner.</summary>
internal sealed class PdfFile(string title)
{
    private const double Width = 595;
    private const double Height = 842;
    private const int FontObjects = 5;

    private static readonly PdfFont[] Fonts = [PdfFont.Regular, PdfFont.Bold];

    private readonly List<StringBuilder> _pages = [];
    private readonly SortedDictionary<ushort, char>[] _used = [[], []];
    private readonly List<int> _offsets = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Begins a page (A4).</summary>
    public void Turn() => _pages.Add(new StringBuilder());

    /// <summary>Writes a text with its line at a height. Grey is from 0, black, to 1.</summary>
    public void Text(string text, bool bold, double size, double grey, double x, double y)
    {
        var font = Fonts[bold ? 1 : 0];
        var codes = new StringBuilder(text.Length * 4);
        foreach (var character in text)
        {
            var glyph = font.GlyphOf(character);
            _used[bold ? 1 : 0].TryAdd(glyph, character);
            codes.Append(CultureInfo.InvariantCulture, $"{glyph:X4}");
        }

        _pages[^1].Append(
            CultureInfo.InvariantCulture,
            $"BT /F{(bold ? 1 : 0)} {size:0.##} Tf {grey:0.##} g 1 0 0 1 {x:0.##} {Height - y:0.##} Tm <{codes}> Tj ET\n");
    }

    /// <summary>Draws a level line.</summary>
    public void Line(double left, double right, double y, double width, double grey) => _pages[^1].Append(
        CultureInfo.InvariantCulture,
        $"{grey:0.##} G {width:0.##} w {left:0.##} {Height - y:0.##} m {right:0.##} {Height - y:0.##} l S\n");

    /// <summary>The whole file. Once.</summary>
    public byte[] ToArray()
    {
        Write("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
        var firstPage = 4 + (FontObjects * Fonts.Length);
        var kids = string.Join(' ', Enumerable.Range(0, _pages.Count).Select(i => $"{Number(firstPage + (2 * i))} 0 R"));
        Add("<< /Type /Catalog /Pages 2 0 R /Lang (en) >>");
        Add($"<< /Type /Pages /Count {Number(_pages.Count)} /Kids [{kids}] >>");
        Add($"<< /Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}> /Producer (Patchbay) >>");
        for (var i = 0; i < Fonts.Length; i++)
        {
            AddFont(Fonts[i], _used[i], 4 + (FontObjects * i));
        }

        for (var i = 0; i < _pages.Count; i++)
        {
            Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Width} {Height}] /Contents {Number(firstPage + (2 * i) + 1)} 0 R "
                + $"/Resources << /Font << /F0 4 0 R /F1 {Number(4 + FontObjects)} 0 R >> >> >>");
            AddStream("", Encoding.ASCII.GetBytes(_pages[i].ToString()));
        }

        var table = _bytes.WrittenCount;
        Write($"xref\n0 {Number(_offsets.Count + 1)}\n0000000000 65535 f \n");
        foreach (var offset in _offsets)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n"));
        }

        Write($"trailer\n<< /Size {Number(_offsets.Count + 1)} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{Number(table)}\n%%EOF\n");
        return _bytes.WrittenSpan.ToArray();
    }

    private void AddFont(PdfFont font, SortedDictionary<ushort, char> used, int first)
    {
        int Scale(int units) => units * 1000 / font.UnitsPerEm;
        var widths = string.Join(' ', used.Keys.Select(glyph => $"{Number(glyph)} [{Number(font.WidthOf(glyph))}]"));
        var box = string.Join(' ', font.Box.Select(edge => Number(Scale(edge))));
        Add($"<< /Type /Font /Subtype /Type0 /BaseFont /{font.Name} /Encoding /Identity-H "
            + $"/DescendantFonts [{Number(first + 1)} 0 R] /ToUnicode {Number(first + 4)} 0 R >>");
        Add($"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font.Name} /CIDToGIDMap /Identity "
            + $"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {Number(first + 2)} 0 R "
            + $"/DW 600 /W [{widths}] >>");
        Add($"<< /Type /FontDescriptor /FontName /{font.Name} /Flags 32 /FontBBox [{box}] /ItalicAngle 0 "
            + $"/Ascent {Number(Scale(font.Ascent))} /Descent {Number(Scale(font.Descent))} "
            + $"/CapHeight {Number(Scale(font.Ascent))} /StemV 80 /FontFile2 {Number(first + 3)} 0 R >>");
        AddStream($"/Length1 {Number(font.File.Length)} ", font.File);
        AddStream("", Encoding.ASCII.GetBytes(CharacterMap(used)));
    }

    // At most 100 characters may stand in one list.
    private static string CharacterMap(SortedDictionary<ushort, char> used)
    {
        var map = new StringBuilder(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            + "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n"
            + "/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
        foreach (var part in used.Chunk(100))
        {
            map.Append(CultureInfo.InvariantCulture, $"{part.Length} beginbfchar\n");
            foreach (var (glyph, character) in part)
            {
                map.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}> <{(int)character:X4}>\n");
            }

            map.Append("endbfchar\n");
        }

        return map.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Add(string body)
    {
        _offsets.Add(_bytes.WrittenCount);
        Write($"{Number(_offsets.Count)} 0 obj\n{body}\nendobj\n");
    }

    private void AddStream(string members, byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        _offsets.Add(_bytes.WrittenCount);
        Write($"{Number(_offsets.Count)} 0 obj\n<< /Length {Number(packed.Length)} {members}/Filter /FlateDecode >>\nstream\n");
        _bytes.Write(packed.ToArray());
        Write("\nendstream\nendobj\n");
    }

    private void Write(string text) => _bytes.Write(Encoding.Latin1.GetBytes(text));
}
