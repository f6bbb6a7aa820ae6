namespace Patchbay.Protocol;

/// <summary>Where a text block comes from (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html,
/// …/API_runtime_CitationsDelta.html).</summary>
internal sealed class ConverseCitation
{
    private byte[] _url = [];
    private byte[] _title = [];
    private byte[] _quote = [];
    private long? _document;

    public static ConverseCitation Of(ReadOnlySpan<byte> json)
    {
        var citation = new ConverseCitation();
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("title"u8))
            {
                citation._title = JsonSlice.Bytes(members.Value);
            }
            else if (members.Is("sourceContent"u8))
            {
                citation.ReadQuotes(members.Value);
            }
            else if (members.Is("location"u8))
            {
                citation.ReadLocation(members.Value);
            }
        }

        return citation;
    }

    /// <summary>Tells the sink, for a stretch of the text so far in UTF-16 units.</summary>
    public void Tell(int start, int end, AnswerSink sink) =>
        sink.Annotation(new Citation
        {
            Url = _url,
            Title = _title,
            Quote = _quote,
            Document = _document,
            Start = start,
            End = end,
        });

    private void ReadQuotes(ReadOnlySpan<byte> json)
    {
        var items = new JsonItems(json);
        while (items.Next())
        {
            var members = new JsonMembers(items.Value);
            while (members.Next())
            {
                _quote = members.Is("text"u8) ? [.. _quote, .. JsonSlice.Bytes(members.Value)] : _quote;
            }
        }
    }

    // A union of web, documentPage, documentChar, documentChunk and searchResultLocation:
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationLocation.html
    private void ReadLocation(ReadOnlySpan<byte> json)
    {
        var kinds = new JsonMembers(json);
        while (kinds.Next())
        {
            var members = new JsonMembers(kinds.Value);
            while (members.Next())
            {
                if (members.Is("url"u8))
                {
                    _url = JsonSlice.Bytes(members.Value);
                }
                else if (members.Is("documentIndex"u8) || members.Is("searchResultIndex"u8))
                {
                    _document = JsonSlice.Count(members.Value);
                }
            }
        }
    }
}
