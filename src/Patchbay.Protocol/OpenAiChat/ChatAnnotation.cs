namespace Patchbay.Protocol;

/// <summary>Writes a citation as an entry of <c>annotations</c>: <c>url_citation</c> as OpenAI and OpenRouter have it
/// (https://platform.openai.com/docs/api-reference/chat/object), <c>file_citation</c> for a document of the request.</summary>
internal static class ChatAnnotation
{
    public static int Bound(in Citation citation) =>
        256 + ((citation.Url.Length + citation.Title.Length + citation.Quote.Length) * 6);

    public static void Write(in Citation citation, ref ByteSink sink)
    {
        if (citation.Document is { } document)
        {
            sink.Append("{\"type\":\"file_citation\",\"file_citation\":{\"index\":"u8);
            sink.Append(document);
            sink.Append(",\"filename\":"u8);
            sink.AppendString(citation.Title);
        }
        else
        {
            sink.Append("{\"type\":\"url_citation\",\"url_citation\":{\"url\":"u8);
            sink.AppendString(citation.Url);
            sink.Append(",\"title\":"u8);
            sink.AppendString(citation.Title);
        }

        sink.Append(",\"content\":"u8);
        sink.AppendString(citation.Quote);
        sink.Append(",\"start_index\":"u8);
        sink.Append(citation.Start);
        sink.Append(",\"end_index\":"u8);
        sink.Append(citation.End);
        sink.Append("}}"u8);
    }
}
