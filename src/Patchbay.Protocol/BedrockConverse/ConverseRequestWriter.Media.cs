using Patchbay.Core;

namespace Patchbay.Protocol;

// Media travel inside of the request or lie in S3; other addresses are not fetched. Formats:
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html, …/API_runtime_DocumentBlock.html,
// …/API_runtime_VideoBlock.html, …/API_runtime_AudioBlock.html
internal sealed partial class ConverseRequestWriter
{
    private readonly List<string> _documentNames = [];

    private void WriteImage(JsonString url)
    {
        var isData = DataUrl.TryRead(url, out var media, out var data);
        var format = (isData ? media : EndingOf(url)) switch
        {
            "image/png" or "png" => "png",
            "image/jpeg" or "image/jpg" or "jpg" or "jpeg" => "jpeg",
            "image/gif" or "gif" => "gif",
            "image/webp" or "webp" => "webp",
            _ => null,
        };
        WriteMedia("image"u8, Modalities.Image, format, url, isData ? data : null, null);
    }

    private void WriteVideo(VideoPart video)
    {
        var isData = DataUrl.TryRead(video.Url, out var media, out var data);
        var format = (isData ? media : EndingOf(video.Url)) switch
        {
            "video/mp4" or "mp4" => "mp4",
            "video/quicktime" or "mov" => "mov",
            "video/webm" or "webm" => "webm",
            "video/x-matroska" or "mkv" => "mkv",
            "video/x-flv" or "flv" => "flv",
            "video/mpeg" or "mpeg" => "mpeg",
            "mpg" => "mpg",
            "video/x-ms-wmv" or "wmv" => "wmv",
            "video/3gpp" or "3gp" => "three_gp",
            _ => null,
        };
        WriteMedia("video"u8, Modalities.Video, format, video.Url, isData ? data : null, null);
    }

    private void WriteAudio(AudioPart audio)
    {
        var format = audio.Format.ToString() switch
        {
            "pcm16" => "pcm",
            "mp3" or "opus" or "wav" or "aac" or "flac" or "mp4" or "ogg" or "mkv" or "mka" or "m4a" or "mpeg" or "mpga"
                or "pcm" or "webm" => audio.Format.ToString(),
            _ => null,
        };
        WriteMedia("audio"u8, Modalities.Audio, format, default, audio.Data.ToString(), null);
    }

    private void WriteDocument(FilePart file)
    {
        var isData = DataUrl.TryRead(file.Data, out var media, out var data);
        if (isData && media.StartsWith("image/", StringComparison.Ordinal))
        {
            WriteImage(file.Data);
            return;
        }

        var format = (isData ? media : EndingOf(file.Data)) switch
        {
            "application/pdf" or "pdf" => "pdf",
            "text/csv" or "csv" => "csv",
            "application/msword" or "doc" => "doc",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" or "docx" => "docx",
            "application/vnd.ms-excel" or "xls" => "xls",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" or "xlsx" => "xlsx",
            "text/html" or "html" => "html",
            "text/markdown" or "md" => "md",
            var other when other == "txt" || other.StartsWith("text/", StringComparison.Ordinal) => "txt",
            _ => null,
        };
        WriteMedia("document"u8, Modalities.File, format, file.Data, isData ? data : null, NameOf(file));
    }

    private void WriteMedia(
        ReadOnlySpan<byte> kind, Modalities modality, string? format, JsonString url, string? data, string? name)
    {
        var isStored = !url.IsEmpty && url.Inside.StartsWith("s3://"u8);
        if (format is null || (data is null && !isStored))
        {
            _unsayable |= modality;
            return;
        }

        _json.WriteStartObject();
        _json.WriteStartObject(kind);
        _json.WriteString("format"u8, format);
        if (name is not null)
        {
            _json.WriteString("name"u8, name);
        }

        _json.WriteStartObject("source"u8);
        if (data is not null)
        {
            _json.WriteString("bytes"u8, data);
        }
        else
        {
            // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_S3Location.html
            _json.WriteStartObject("s3Location"u8);
            _json.WriteText("uri"u8, url);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    // Names must differ within a request.
    private string NameOf(FilePart file)
    {
        var name = ConverseId.DocumentName(file.Name.ToString());
        var free = name;
        for (var i = 2; _documentNames.Contains(free); i++)
        {
            free = $"{name} {i}";
        }

        _documentNames.Add(free);
        return free;
    }

    private static string EndingOf(JsonString url)
    {
        var text = url.ToString();
        var dot = text.LastIndexOf('.');
        return dot < 0 ? "" : text[(dot + 1)..].ToLowerInvariant();
    }
}
