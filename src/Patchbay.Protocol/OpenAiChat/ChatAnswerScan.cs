using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>One pass over an answer or over one chunk of an answer: checks that it is JSON, collects what the gateway
/// wants to know, and notes which ranges of the bytes are to be replaced. Facts add up over the chunks of a stream;
/// the notes are those of the last document.</summary>
internal sealed partial class ChatAnswerScan(bool isStream)
{
    private readonly bool _isStream = isStream;
    private Splice[] _splices = new Splice[16];
    private int _spliceCount;
    private int _kept;
    private int _leadingDrop;
    private int _previousEnd;
    private bool _hasProviderSlot;
    private bool _plain;
    private ChatPrefix _prefix;
    private int _texts;
    private Range _text;
    private bool _finishes;

    /// <summary>The caller does not want to see reasoning: it counts as output, and is taken out.</summary>
    public bool HidesReasoning { get; set; }

    /// <summary>Receives what the model wrote; null where nobody will ask.</summary>
    public KeptText? Kept { get; init; }

    // Facts about the whole answer.
    public ChatUsageCounts Usage;

    public string? FinishReason { get; private set; }

    public string? NativeFinishReason { get; private set; }

    /// <summary>The answer ends here, for a reason of ours.</summary>
    public void Finish(string reason) => FinishReason = reason;

    public string? UpstreamId { get; private set; }

    public string? ServiceTier { get; private set; }

    public long Created { get; private set; }

    public bool HasContent { get; private set; }

    /// <summary>There is content that is no plain text.</summary>
    public bool HasOtherContent { get; private set; }

    public long OutputBytes { get; private set; }

    // Facts about the last document.
    public ReadOnlySpan<Splice> Splices => _splices.AsSpan(0, _spliceCount);

    public bool HasId { get; private set; }

    public bool HasModel { get; private set; }

    public bool HasChoices { get; private set; }

    public bool HasFingerprint { get; private set; }

    public bool HasMembers => _kept > 0;

    /// <summary>The document has a member that a caller may want although it has no choices.</summary>
    public bool HasExtras { get; private set; }

    public bool ContentHere { get; private set; }

    /// <summary>There is content even if every text of the document is empty.</summary>
    public bool HasNestedContent { get; private set; }

    /// <summary>The inside of the document's only text, when a document that differs only there (and in
    /// <see cref="Padding"/>) tells nothing new but that text. Its end is zero when there is no such text.</summary>
    public Range OnlyText => _texts == 1 && !_finishes && !SawUsage ? _text : default;

    /// <summary>The inside of the last string behind the choices that means nothing here; its end is zero when there is
    /// none.</summary>
    public Range Padding { get; private set; }

    public bool SawUsage { get; private set; }

    public Range? UsageRange { get; private set; }

    public Range? ErrorRange { get; private set; }

    /// <summary>Where the object's closing brace stands, less the dropped members before it.</summary>
    public int CloseAt { get; private set; }

    /// <summary>The document calls itself an error, as vLLM's do.</summary>
    public bool IsErrorObject { get; private set; }

    /// <summary>The document's beginning up to the value of <c>choices</c>, when only plain members stand there; its
    /// length is zero when there is no such beginning.</summary>
    public ChatPrefix Prefix => _prefix;

    public void Reset()
    {
        Kept?.Release();
        Usage = default;
        FinishReason = null;
        NativeFinishReason = null;
        UpstreamId = null;
        ServiceTier = null;
        Created = 0;
        HasContent = false;
        HasOtherContent = false;
        OutputBytes = 0;
        Begin();
    }

    /// <summary>Scans a whole document.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public bool Scan(ReadOnlySpan<byte> data)
    {
        Begin();
        var reader = new Utf8JsonReader(data, JsonText.Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        _previousEnd = (int)reader.BytesConsumed;
        reader.Read();
        return Members(ref reader, data, 0);
    }

    /// <summary>Scans a document whose beginning, up to the value of <c>choices</c>, is the one remembered.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public bool ScanAfterPrefix(ReadOnlySpan<byte> data, in ChatPrefix prefix)
    {
        Begin();
        HasId = prefix.HasId;
        HasModel = prefix.HasModel;
        HasExtras = prefix.HasExtras;
        _hasProviderSlot = prefix.HasModel;
        _kept = prefix.Members;
        _previousEnd = prefix.Length;
        var reader = new Utf8JsonReader(data[prefix.Length..], isFinalBlock: true, prefix.State);
        reader.Read();
        ReadChoices(ref reader, data, prefix.Length);
        EndMember((int)reader.BytesConsumed + prefix.Length);
        reader.Read();
        return Members(ref reader, data, prefix.Length);
    }

    /// <summary>Counts a document like an earlier one with another <see cref="OnlyText"/>, of this many bytes.</summary>
    public void CountLike(bool hasNestedContent, ReadOnlySpan<byte> text, int textBytes)
    {
        Kept?.Add(text, textBytes);
        ContentHere = hasNestedContent || textBytes > 0;
        HasContent |= ContentHere;
        OutputBytes += textBytes;
    }

    private void Begin()
    {
        _spliceCount = 0;
        _kept = 0;
        _leadingDrop = -1;
        _previousEnd = 0;
        _hasProviderSlot = false;
        _plain = true;
        HasId = false;
        HasModel = false;
        HasChoices = false;
        HasFingerprint = false;
        HasExtras = false;
        ContentHere = false;
        HasNestedContent = false;
        _texts = 0;
        _finishes = false;
        Padding = default;
        SawUsage = false;
        UsageRange = null;
        ErrorRange = null;
        IsErrorObject = false;
        _prefix = default;
    }

    // The members of the document from the reader's current name to its end, and nothing behind it.
    private bool Members(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int offset)
    {
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        while (reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex + offset;
            if (_leadingDrop >= 0 && _kept == 0)
            {
                // Nothing before this member is kept: the members dropped so far go with the comma behind them.
                _spliceCount--;
                Add(new Splice(_leadingDrop, nameStart, SpliceKind.Drop));
            }

            var name = JsonText.Text(reader, scratch);
            var drop = Member(ref reader, data, offset, name);
            _plain &= !drop;
            var end = (int)reader.BytesConsumed + offset;
            if (!drop)
            {
                EndMember(end);
            }
            else if (_kept > 0)
            {
                Add(new Splice(_previousEnd, end, SpliceKind.Drop));
                _previousEnd = end;
            }
            else
            {
                if (_leadingDrop >= 0)
                {
                    _spliceCount--;
                }
                else
                {
                    _leadingDrop = nameStart;
                }

                Add(new Splice(_leadingDrop, end, SpliceKind.Drop));
                _previousEnd = end;
            }

            reader.Read();
        }

        CloseAt = _previousEnd;
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    private void EndMember(int end)
    {
        _kept++;
        _previousEnd = end;
    }

    // Reads one member, from its name to the end of its value. True when it is to be dropped.
    private bool Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int offset, scoped ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("choices"u8))
        {
            if (_isStream && _prefix.Length == 0 && offset == 0 && _plain && ErrorRange is null && !IsErrorObject)
            {
                _prefix = new ChatPrefix(
                    (int)reader.BytesConsumed, reader.CurrentState, _kept, HasId, HasModel, HasExtras);
            }

            reader.Read();
            ReadChoices(ref reader, data, offset);
            return false;
        }

        reader.Read();
        var start = (int)reader.TokenStartIndex + offset;
        switch (name.Length)
        {
            case 2 when name.SequenceEqual("id"u8):
                if (reader.TokenType == JsonTokenType.String && UpstreamId is null && !reader.ValueSpan.IsEmpty)
                {
                    UpstreamId = JsonText.String(reader);
                }

                HasId = true;
                return Replace(ref reader, start, offset, SpliceKind.Id);

            case 5 when name.SequenceEqual("model"u8):
                HasModel = true;
                Replace(ref reader, start, offset, _hasProviderSlot ? SpliceKind.Model : SpliceKind.ModelAndProvider);
                _hasProviderSlot = true;
                return false;

            case 8 when name.SequenceEqual("provider"u8):
                reader.Skip();
                return true;

            case 7 when name.SequenceEqual("created"u8):
                if (Created == 0 && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var created))
                {
                    Created = created;
                }

                break;

            case 5 when name.SequenceEqual("error"u8):
                reader.Skip();
                NoteError(reader, data, start, offset);
                return false;

            case 12 when name.SequenceEqual("service_tier"u8):
                if (reader.TokenType == JsonTokenType.String && ServiceTier is null)
                {
                    ServiceTier = JsonText.String(reader);
                }

                break;

            case 5 when name.SequenceEqual("usage"u8):
                return ReadUsage(ref reader, start, offset);

            // Groq's last chunk: https://console.groq.com/docs/api-reference#chat-create.
            case 6 when name.SequenceEqual("x_groq"u8):
                _plain = false;
                ReadInnerUsage(ref reader);
                return false;

            case 6 when name.SequenceEqual("object"u8):
                IsErrorObject = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
                if (_isStream && !IsErrorObject && reader.TokenType == JsonTokenType.String
                    && !reader.ValueSpan.SequenceEqual("chat.completion.chunk"u8))
                {
                    // Azure's first chunk is of no kind, Perplexity's last is "chat.completion.done"; callers know one:
                    // https://platform.openai.com/docs/api-reference/chat-streaming/streaming.
                    return Replace(ref reader, start, offset, SpliceKind.ChunkObject);
                }

                break;

            // Random letters that hide how long the text is:
            // https://platform.openai.com/docs/api-reference/chat-streaming/streaming.
            case 11 when name.SequenceEqual("obfuscation"u8):
                NotePadding(reader, offset);
                break;

            case 18 when name.SequenceEqual("system_fingerprint"u8):
                HasFingerprint = true;
                if (_isStream && reader.TokenType == JsonTokenType.Null)
                {
                    // A chunk has one that is a text, or none.
                    return true;
                }

                break;

            default:
                NotePadding(reader, offset);
                HasExtras |= reader.TokenType != JsonTokenType.Null;
                break;
        }

        reader.Skip();
        return false;
    }

    private void NotePadding(in Utf8JsonReader reader, int offset)
    {
        if (HasChoices && reader.TokenType == JsonTokenType.String)
        {
            Padding = Inside(reader, offset);
        }
    }

    // Where the inside of the string stands on which the reader is.
    private static Range Inside(in Utf8JsonReader reader, int offset)
    {
        var start = (int)reader.TokenStartIndex + 1 + offset;
        return start..(start + reader.ValueSpan.Length);
    }

    private bool Replace(ref Utf8JsonReader reader, int start, int offset, SpliceKind kind)
    {
        reader.Skip();
        Add(new Splice(start, (int)reader.BytesConsumed + offset, kind));
        return false;
    }

    private bool ReadUsage(ref Utf8JsonReader reader, int start, int offset)
    {
        var first = UsageRange is null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            CountUsage(ref reader);
            UsageRange = start..((int)reader.BytesConsumed + offset);
        }
        else
        {
            reader.Skip();
        }

        if (_isStream || !first || UsageRange is null)
        {
            return true;
        }

        Add(new Splice(start, (int)reader.BytesConsumed + offset, SpliceKind.Usage));
        return false;
    }

    private void CountUsage(ref Utf8JsonReader reader)
    {
        SawUsage = true;
        Usage.Read(ref reader);
    }

    private void ReadInnerUsage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (isUsage && reader.TokenType == JsonTokenType.StartObject)
            {
                CountUsage(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void NoteError(in Utf8JsonReader reader, ReadOnlySpan<byte> data, int start, int offset)
    {
        var range = start..((int)reader.BytesConsumed + offset);
        var value = data[range];
        if (ErrorRange is null && !value.SequenceEqual("null"u8) && !value.SequenceEqual("false"u8)
            && !value.SequenceEqual("\"\""u8))
        {
            ErrorRange = range;
        }
    }

    private void Add(Splice splice)
    {
        if (_spliceCount == _splices.Length)
        {
            Array.Resize(ref _splices, _splices.Length * 2);
        }

        // In the order of the bytes: a finish reason is noted after what stands behind it.
        var at = _spliceCount++;
        for (; at > 0 && _splices[at - 1].Start > splice.Start; at--)
        {
            _splices[at] = _splices[at - 1];
        }

        _splices[at] = splice;
    }

    private void Remove(SpliceKind kind, int from)
    {
        for (var i = _spliceCount - 1; i >= 0 && _splices[i].Start >= from; i--)
        {
            if (_splices[i].Kind == kind)
            {
                _splices.AsSpan(i + 1, _spliceCount - i - 1).CopyTo(_splices.AsSpan(i));
                _spliceCount--;
            }
        }
    }
}
