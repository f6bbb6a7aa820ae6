namespace Patchbay.Protocol;

/// <summary>Numbers the pieces of reasoning, so that the items can be put together again from <c>reasoning_details</c>: the
/// pieces of an item follow each other, its encrypted content has the number of the last, and behind an item without
/// encrypted content a number is left out.</summary>
internal sealed class ResponsesThoughts
{
    private int _index;
    private int _item;
    private int _part;
    private ReasoningKind _kind;
    private bool _isOpen;

    public void Reset()
    {
        _index = _item = _part = -1;
        _isOpen = false;
    }

    /// <summary>A piece goes on.</summary>
    public void Append(int item, ReasoningKind kind, int part, ReadOnlySpan<byte> text, AnswerSink sink)
    {
        if (!_isOpen || item != _item || kind != _kind || part != _part)
        {
            _index += _isOpen && item != _item ? 2 : 1;
            (_item, _kind, _part, _isOpen) = (item, kind, part, true);
        }

        if (kind == ReasoningKind.Summary)
        {
            sink.ReasoningSummary(_index, text);
        }
        else
        {
            sink.ReasoningText(_index, text);
        }
    }

    /// <summary>The encrypted content of an item, which closes it.</summary>
    public void Close(int item, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        if (!_isOpen || item != _item)
        {
            _index += _isOpen ? 2 : 1;
        }

        _isOpen = false;
        sink.ReasoningEncrypted(_index, id, data);
    }
}
