using PdfSharp.Fonts;

namespace Patchbay.Api;

/// <summary>The fonts of PDF papers, from this assembly: no font of the machine is used.</summary>
internal sealed class PaperFonts : IFontResolver
{
    /// <summary>The one family that there is.</summary>
    public const string Family = "DejaVu Sans";

    private const string Regular = "Fonts/DejaVuSans.ttf";
    private const string Bold = "Fonts/DejaVuSans-Bold.ttf";

    /// <inheritdoc/>
    public FontResolverInfo ResolveTypeface(string familyName, bool bold, bool italic) => new(bold ? Bold : Regular);

    /// <inheritdoc/>
    public byte[] GetFont(string faceName)
    {
        using var stream = typeof(PaperFonts).Assembly.GetManifestResourceStream(faceName)
            ?? throw new InvalidOperationException($"The font {faceName} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
