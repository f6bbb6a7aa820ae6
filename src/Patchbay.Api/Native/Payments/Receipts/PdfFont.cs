using System.Buffers.Binary;

namespace Patchbay.Api;

/// <summary>A TrueType font from this assembly, as far as PDF must know it: the widths of its glyphs and which character is
/// which. No font of the machine is used. https://learn.microsoft.com/typography/opentype/spec/.</summary>
internal sealed class PdfFont
{
    /// <summary>Stands for a character that the font does not have.</summary>
    public const char Unknown = '\ufffd';

    private readonly Dictionary<char, ushort> _glyphs = [];
    private readonly ushort[] _widths;

    private PdfFont(string name, byte[] file)
    {
        Name = name;
        File = file;
        var head = Table("head");
        UnitsPerEm = Unsigned(head + 18);
        Box = [Signed(head + 36), Signed(head + 38), Signed(head + 40), Signed(head + 42)];
        var hhea = Table("hhea");
        Ascent = Signed(hhea + 4);
        Descent = Signed(hhea + 6);
        var known = Unsigned(hhea + 34);
        _widths = new ushort[Unsigned(Table("maxp") + 4)];
        var hmtx = Table("hmtx");
        for (var i = 0; i < _widths.Length; i++)
        {
            // The last width counts for all glyphs after it.
            _widths[i] = Unsigned(hmtx + (4 * Math.Min(i, known - 1)));
        }

        ReadCharacters(Table("cmap"));
    }

    /// <summary>Ordinary letters.</summary>
    public static PdfFont Regular { get; } = Load("DejaVuSans");

    /// <summary>Bold letters.</summary>
    public static PdfFont Bold { get; } = Load("DejaVuSans-Bold");

    /// <summary>The font's name.</summary>
    public string Name { get; }

    /// <summary>The whole font file.</summary>
    public byte[] File { get; }

    /// <summary>How many units the size of the letters has.</summary>
    public int UnitsPerEm { get; }

    /// <summary>The box around all glyphs: left, bottom, right, top, in units.</summary>
    public IReadOnlyList<short> Box { get; }

    /// <summary>The height above the line, in units.</summary>
    public int Ascent { get; }

    /// <summary>The depth below the line, in units, negative.</summary>
    public int Descent { get; }

    /// <summary>Whether the font has a character.</summary>
    public bool Has(char character) => _glyphs.ContainsKey(character);

    /// <summary>The glyph of a character; a sign for unknown ones when the font has none.</summary>
    public ushort GlyphOf(char character) =>
        _glyphs.TryGetValue(character, out var glyph) || _glyphs.TryGetValue(Unknown, out glyph) ? glyph : (ushort)0;

    /// <summary>The width of a glyph, in thousandths of the size.</summary>
    public int WidthOf(ushort glyph) => _widths[glyph] * 1000 / UnitsPerEm;

    /// <summary>The width of a text at a size.</summary>
    public double Measure(string text, double size)
    {
        var sum = 0;
        foreach (var character in text)
        {
            sum += WidthOf(GlyphOf(character));
        }

        return sum * size / 1000;
    }

    private static PdfFont Load(string name)
    {
        using var stream = typeof(PdfFont).Assembly.GetManifestResourceStream($"Fonts/{name}.ttf")
            ?? throw new InvalidOperationException($"The font {name} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new PdfFont(name, bytes);
    }

    // Format 4: segments of characters, each with a shift or a list of glyphs.
    private void ReadCharacters(int cmap)
    {
        for (var i = 0; i < Unsigned(cmap + 2); i++)
        {
            var table = cmap + (int)BinaryPrimitives.ReadUInt32BigEndian(File.AsSpan(cmap + 8 + (8 * i)));
            if (Unsigned(table) != 4)
            {
                continue;
            }

            var count = Unsigned(table + 6) / 2;
            var (ends, starts) = (table + 14, table + 16 + (2 * count));
            var (shifts, offsets) = (starts + (2 * count), starts + (4 * count));
            for (var segment = 0; segment < count; segment++)
            {
                int last = Unsigned(ends + (2 * segment));
                for (int character = Unsigned(starts + (2 * segment)); character <= last && character < 0xffff; character++)
                {
                    var offset = Unsigned(offsets + (2 * segment));
                    int shift = Unsigned(shifts + (2 * segment));
                    var start = Unsigned(starts + (2 * segment));
                    var glyph = offset == 0
                        ? character + shift
                        : Unsigned(offsets + (2 * segment) + offset + (2 * (character - start))) is var found and > 0
                            ? found + shift
                            : 0;
                    if ((glyph & 0xffff) != 0)
                    {
                        _glyphs[(char)character] = (ushort)(glyph & 0xffff);
                    }
                }
            }

            return;
        }
    }

    private int Table(string tag)
    {
        for (var i = 0; i < Unsigned(4); i++)
        {
            var row = 12 + (16 * i);
            if (File[row] == tag[0] && File[row + 1] == tag[1] && File[row + 2] == tag[2] && File[row + 3] == tag[3])
            {
                return (int)BinaryPrimitives.ReadUInt32BigEndian(File.AsSpan(row + 8));
            }
        }

        throw new InvalidOperationException($"The font {Name} has no table '{tag}'.");
    }

    private ushort Unsigned(int at) => BinaryPrimitives.ReadUInt16BigEndian(File.AsSpan(at));

    private short Signed(int at) => BinaryPrimitives.ReadInt16BigEndian(File.AsSpan(at));
}
