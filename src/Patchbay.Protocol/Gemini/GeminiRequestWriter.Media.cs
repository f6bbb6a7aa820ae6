using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Protocol;

// https://ai.google.dev/api/caching#Part (inlineData, fileData), https://ai.google.dev/gemini-api/docs/file-input-methods
internal sealed partial class GeminiRequestWriter
{
    private const string Files = "https://generativelanguage.googleapis.com/v1beta/";

    private static readonly (string Ending, string Type)[] Types =
    [
        (".png", "image/png"), (".jpg", "image/jpeg"), (".jpeg", "image/jpeg"), (".webp", "image/webp"), (".gif", "image/gif"),
        (".heic", "image/heic"), (".heif", "image/heif"), (".pdf", "application/pdf"), (".txt", "text/plain"),
        (".md", "text/markdown"), (".html", "text/html"), (".htm", "text/html"), (".csv", "text/csv"), (".xml", "text/xml"),
        (".json", "application/json"), (".mp4", "video/mp4"), (".mpeg", "video/mpeg"), (".mpg", "video/mpg"), (".mov", "video/mov"),
        (".webm", "video/webm"), (".wmv", "video/wmv"), (".flv", "video/x-flv"), (".3gp", "video/3gpp"), (".avi", "video/avi"),
        (".wav", "audio/wav"), (".mp3", "audio/mp3"), (".aiff", "audio/aiff"), (".aac", "audio/aac"), (".ogg", "audio/ogg"),
        (".flac", "audio/flac"), (".m4a", "audio/m4a"),
    ];

    private static bool IsInlineMedia(CanonicalPart part) => part switch
    {
        ImagePart image => DataUrl.TryRead(image.Url, out _, out _),
        FilePart file => DataUrl.TryRead(file.Data, out _, out _),
        AudioPart => true,
        VideoPart video => DataUrl.TryRead(video.Url, out _, out _),
        _ => false,
    };

    private void WriteMediaPart(CanonicalPart part)
    {
        switch (part)
        {
            case ImagePart image:
                WriteMedia(image.Url, default, "image/jpeg");
                break;
            case VideoPart video:
                WriteMedia(video.Url, default, "video/mp4");
                break;
            case FilePart file:
                WriteFile(file);
                break;
            case AudioPart audio:
                WriteAudio(audio);
                break;
            case RefusalPart refusal:
                WriteTextPart(refusal.Text);
                break;
        }
    }

    private void WriteMedia(JsonString url, JsonString name, string otherwise, JsonString signature = default)
    {
        _json.WriteStartObject();
        if (DataUrl.TryRead(url, out var type, out var data))
        {
            WriteInline(IsVague(type) ? TypeOf(name.ToString()) ?? otherwise : type, data);
        }
        else
        {
            var address = url.ToString();
            _json.WriteStartObject("fileData"u8);
            _json.WriteString("mimeType"u8, TypeOf(address) ?? TypeOf(name.ToString()) ?? otherwise);
            _json.WriteString("fileUri"u8, address);
            _json.WriteEndObject();
        }

        if (!signature.IsMissing)
        {
            WriteText("thoughtSignature"u8, signature);
        }

        _json.WriteEndObject();
    }

    private void WriteInline(string type, string data)
    {
        _json.WriteStartObject("inlineData"u8);
        _json.WriteString("mimeType"u8, type == "image/jpg" ? "image/jpeg" : type);
        _json.WriteString("data"u8, data);
        _json.WriteEndObject();
    }

    private void WriteFile(FilePart file)
    {
        if (!file.Data.IsEmpty)
        {
            WriteMedia(file.Data, file.Name, "application/pdf");
            return;
        }

        // https://ai.google.dev/gemini-api/docs/files: a file that was uploaded is named files/…; its address begins like the API's.
        var id = file.FileId.ToString();
        if (!id.StartsWith("files/", StringComparison.Ordinal) && !id.Contains("://", StringComparison.Ordinal))
        {
            _unsayable |= Modalities.File;
            return;
        }

        _json.WriteStartObject();
        _json.WriteStartObject("fileData"u8);
        _json.WriteString("mimeType"u8, TypeOf(file.Name.ToString()) ?? TypeOf(id) ?? "application/pdf");
        _json.WriteString("fileUri"u8, id.StartsWith("files/", StringComparison.Ordinal) ? Files + id : id);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    // https://ai.google.dev/gemini-api/docs/audio#supported-formats
    private void WriteAudio(AudioPart audio)
    {
        var format = audio.Format.IsEmpty ? "wav" : audio.Format.ToString().ToLowerInvariant();
        if (DataUrl.TryRead(audio.Data, out var type, out var data))
        {
            format = IsVague(type) ? format : type;
        }
        else
        {
            data = audio.Data.ToString();
        }

        _json.WriteStartObject();
        WriteInline(format.Contains('/', StringComparison.Ordinal) ? format : format switch
        {
            "pcm16" or "pcm24" => "audio/pcm",
            "mpeg" or "mpga" => "audio/mp3",
            "aif" => "audio/aiff",
            "opus" => "audio/ogg",
            _ => string.Create(CultureInfo.InvariantCulture, $"audio/{format}"),
        }, data);
        _json.WriteEndObject();
    }

    private static bool IsVague(string type) => type is "" or "application/octet-stream" or "binary/octet-stream";

    // The media type that the end of a name or of an address's path stands for.
    private static string? TypeOf(string name)
    {
        var end = name.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? name.AsSpan() : name.AsSpan(0, end);
        foreach (var (ending, type) in Types)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        return null;
    }
}
