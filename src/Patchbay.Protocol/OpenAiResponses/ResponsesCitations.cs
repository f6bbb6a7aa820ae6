namespace Patchbay.Protocol;

/// <summary>Reads annotations (https://platform.openai.com/docs/guides/tools-web-search and …/tools-file-search), and numbers
/// the files that an answer cites.</summary>
internal sealed class ResponsesCitations
{
    private readonly List<byte[]> _files = [];

    public void Reset() => _files.Clear();

    /// <summary>Hands one annotation to the sink. Its places are counted from the start of its part; a file is cited at a place,
    /// not for a stretch.</summary>
    public void Tell(ReadOnlySpan<byte> json, int start, JsonScratch scratch, AnswerSink sink)
    {
        ReadOnlySpan<byte> type = default, url = default, title = default, file = default, name = default;
        long? from = null, to = null, at = null;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var member when member.SequenceEqual("type"u8): type = members.Value; break;
                case var member when member.SequenceEqual("url"u8): url = scratch.Text(members.Value); break;
                case var member when member.SequenceEqual("title"u8): title = scratch.Text(members.Value); break;
                case var member when member.SequenceEqual("file_id"u8): file = scratch.Text(members.Value); break;
                case var member when member.SequenceEqual("filename"u8): name = scratch.Text(members.Value); break;
                case var member when member.SequenceEqual("start_index"u8): from = JsonSlice.Count(members.Value); break;
                case var member when member.SequenceEqual("end_index"u8): to = JsonSlice.Count(members.Value); break;
                case var member when member.SequenceEqual("index"u8): at = JsonSlice.Count(members.Value); break;
            }
        }

        if (type.SequenceEqual("\"url_citation\""u8))
        {
            sink.Annotation(new Citation { Url = url, Title = title, Start = Place(start, from), End = Place(start, to ?? from) });
        }
        else if (type.SequenceEqual("\"file_citation\""u8))
        {
            sink.Annotation(new Citation { Title = name, Document = FileAt(file), Start = Place(start, at), End = Place(start, at) });
        }
    }

    private static int Place(int start, long? offset) => (int)Math.Min(start + (offset ?? 0), int.MaxValue);

    private int FileAt(ReadOnlySpan<byte> id)
    {
        for (var i = 0; i < _files.Count; i++)
        {
            if (id.SequenceEqual(_files[i]))
            {
                return i;
            }
        }

        _files.Add(id.ToArray());
        return _files.Count - 1;
    }
}
