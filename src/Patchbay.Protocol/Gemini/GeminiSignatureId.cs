using System.Buffers.Text;

namespace Patchbay.Protocol;

/// <summary>Says in <c>reasoning_details</c> which part of an answer a thought signature came with. Signatures have to go back
/// in that very part (https://ai.google.dev/gemini-api/docs/thought-signatures), and a chat message has no parts: its text is
/// one string. The signature of a call has the call's id; that of a text <c>text:</c> and the stretch of the message's text
/// in bytes of UTF-8, as in <c>text:0-118</c>, empty for a part that came with nothing but its signature; that of an image
/// <c>image:</c> and which image.</summary>
internal static class GeminiSignatureId
{
    private const int Longest = 32;

    private static ReadOnlySpan<byte> TextPrefix => "text:"u8;

    private static ReadOnlySpan<byte> ImagePrefix => "image:"u8;

    public static ReadOnlySpan<byte> ForText(int start, int end, JsonScratch scratch)
    {
        var room = scratch.Room(Longest);
        TextPrefix.CopyTo(room);
        var length = TextPrefix.Length;
        Utf8Formatter.TryFormat(start, room[length..], out var written);
        length += written;
        room[length++] = (byte)'-';
        Utf8Formatter.TryFormat(end, room[length..], out written);
        return room[..(length + written)];
    }

    public static ReadOnlySpan<byte> ForImage(int image, JsonScratch scratch)
    {
        var room = scratch.Room(Longest);
        ImagePrefix.CopyTo(room);
        Utf8Formatter.TryFormat(image, room[ImagePrefix.Length..], out var written);
        return room[..(ImagePrefix.Length + written)];
    }

    public static bool TryReadText(ReadOnlySpan<byte> id, out int start, out int end)
    {
        end = 0;
        start = 0;
        return id.StartsWith(TextPrefix)
            && Utf8Parser.TryParse(id[TextPrefix.Length..], out start, out var used) && start >= 0
            && id[(TextPrefix.Length + used)..] is [(byte)'-', .. var rest]
            && Utf8Parser.TryParse(rest, out end, out used) && used == rest.Length && end >= start;
    }

    public static bool TryReadImage(ReadOnlySpan<byte> id, out int image)
    {
        image = 0;
        return id.StartsWith(ImagePrefix)
            && Utf8Parser.TryParse(id[ImagePrefix.Length..], out image, out var used) && used == id.Length - ImagePrefix.Length;
    }
}
