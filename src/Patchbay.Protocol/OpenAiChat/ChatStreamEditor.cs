using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Turns the events of a provider's chat stream into ours: id, model and provider are set, usage is taken out
/// (it is sent once, at the end), finish reasons are normalised; every other byte is the provider's. Reusable after
/// <see cref="Reset"/>. Not safe for use by several threads.</summary>
public sealed class ChatStreamEditor
{
    private const int LongestPrefix = 4 * 1024;

    private readonly KeptText _kept = new();
    private readonly ChatAnswerScan _scan;
    private readonly ChatFrameTemplate _template = new();
    private ResponseStamp _stamp;

    // The beginning of the last chunk as it came, and as it goes out.
    private ChatPrefix _prefix;
    private byte[] _prefixBytes = [];
    private byte[] _prefixEdited = [];
    private int _prefixEditedLength;

    private byte[] _usage = [];
    private int _usageLength;
    private byte[] _oneLine = [];
    private RepeatedText? _repeated;

    /// <summary>Prepares an editor; <see cref="Reset"/> begins a stream.</summary>
    public ChatStreamEditor() => _scan = new ChatAnswerScan(isStream: true) { Kept = _kept };

    /// <summary>The event that ends a whole stream.</summary>
    public static ReadOnlySpan<byte> DoneFrame => "data: [DONE]\n\n"u8;

    /// <summary>A comment that keeps the connection alive while the provider is silent.</summary>
    public static ReadOnlySpan<byte> ProcessingComment => ": OPENROUTER PROCESSING\n\n"u8;

    /// <summary>Chunks may be edited by the likeness of the one before. It changes nothing but the time it takes.</summary>
    internal bool LearnsTemplates { get; init; } = true;

    /// <summary>How many events were edited so.</summary>
    internal int TemplateFrames { get; private set; }

    /// <summary>The usage that the provider reported so far, of each count the largest.</summary>
    public Usage Usage { get; private set; }

    /// <summary>The provider reported usable usage.</summary>
    public bool HasUsage { get; private set; }

    /// <summary>The normalised finish reason: stop, length, tool_calls, content_filter or error. Null before it came.</summary>
    public string? FinishReason => _scan.FinishReason;

    /// <summary>The provider's own word for <see cref="FinishReason"/>.</summary>
    public string? NativeFinishReason => _scan.NativeFinishReason;

    /// <summary>The provider's id of the answer.</summary>
    public string? UpstreamId => _scan.UpstreamId;

    /// <summary>The service tier that the provider reported.</summary>
    public string? ServiceTier => _scan.ServiceTier;

    /// <summary>Something for the caller came: text, reasoning, a tool call, a refusal, an image or audio.</summary>
    public bool HasContent => _scan.HasContent;

    /// <summary>UTF-8 bytes of text, reasoning and tool arguments so far, for estimates.</summary>
    public long OutputBytes => _scan.OutputBytes;

    /// <summary>Our own count of the tokens so far, for providers that do not tell; of answers beyond half a megabyte an
    /// estimate. Takes time: ask once.</summary>
    public long CountOutputTokens() => _kept.CountTokens(OutputBytes);

    /// <summary>The tokens so far: the provider's count where it tells one while it streams, or our own, which grows by what
    /// came since the last call and may be a token too high for each.</summary>
    public long CountOutputTokensSoFar() =>
        Math.Max(HasUsage ? Usage.CompletionTokens : 0, _kept.CountTokensSoFar(OutputBytes));

    /// <summary>Content other than plain text came: reasoning, a tool call, a refusal, an image or audio.</summary>
    public bool HasOtherContent => _scan.HasOtherContent;

    /// <summary>Appends all text that came. False when some of it was not kept, because it was very long.</summary>
    public bool TryCopyText(IBufferWriter<byte> output) => _kept.TryCopy(OutputBytes, output);

    /// <summary>The caller has this already, when the stream, begun by <see cref="Reset"/>, begins with it.</summary>
    /// <param name="answer">The answer so far, UTF-8; empty for a provider that does not repeat it.</param>
    /// <param name="space">White space behind it.</param>
    public void SkipRepeated(byte[] answer, byte[] space) => _repeated = new RepeatedText(answer, space);

    /// <summary>Gives back the memory that only <see cref="CountOutputTokens"/> needs.</summary>
    public void Release() => _kept.Release();

    /// <summary>Keeps what the answer is judged by; null when it is not judged.</summary>
    public AnswerEvidence? Evidence { get; set; }

    /// <summary>How many events carried content.</summary>
    public int ContentFrames { get; private set; }

    /// <summary>The error that the provider sent in the place of an event.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>The first creation time that the provider sent, in Unix seconds; 0 before that.</summary>
    public long Created => _scan.Created;

    /// <summary>Makes the editor ready for another stream.</summary>
    /// <param name="stamp">What goes into every event.</param>
    /// <param name="hidesReasoning">The caller does not want to see reasoning.</param>
    public void Reset(in ResponseStamp stamp, bool hidesReasoning = false)
    {
        _stamp = stamp;
        _scan.Reset();
        Evidence?.Forget();
        _scan.HidesReasoning = hidesReasoning;
        _repeated = null;
        _prefix = default;
        _template.Forget();
        _usageLength = 0;
        Usage = default;
        HasUsage = false;
        ContentFrames = 0;
        TemplateFrames = 0;
        Error = null;
    }

    /// <summary>Edits one event and writes it as <c>data: …</c> with its blank line.</summary>
    /// <param name="data">The event's data.</param>
    /// <param name="output">Receives the edited event, only when the result is <see cref="ChunkResult.Forwarded"/>.</param>
    public ChunkResult Process(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (_repeated is { IsOver: false } repeated)
        {
            data = repeated.Cut(data);
        }

        if (_template.TryWrite(data, output, out var text, out var textBytes))
        {
            TemplateFrames++;
            _scan.CountLike(_template.HasNestedContent, text, textBytes);
            Evidence?.ReadLike(text);
            ContentFrames += _scan.ContentHere ? 1 : 0;
            return ChunkResult.Forwarded;
        }

        if (data.IndexOfAny((byte)'\n', (byte)'\r') >= 0)
        {
            data = OneLine(data);
        }

        if (!Utf8.IsValid(data))
        {
            data = JsonText.RepairUtf8(data);
        }

        if (data.IsEmpty || data[0] != (byte)'{')
        {
            data = data.Trim(" \t"u8);
            if (data.IsEmpty)
            {
                return ChunkResult.Swallowed;
            }

            if (data.SequenceEqual("[DONE]"u8))
            {
                return ChunkResult.Done;
            }
        }

        return Edit(data, output);
    }

    /// <summary>Writes the one event that carries usage and cost, with an empty <c>choices</c>. The provider's further
    /// members of its usage object are kept. <paramref name="metadata"/> is the value of <c>openrouter_metadata</c>, JSON
    /// on one line; empty to write none.</summary>
    public void WriteUsageChunk(
        in Usage usage, in Charge charge, IBufferWriter<byte> output, ReadOnlySpan<byte> metadata = default)
    {
        var sink = new ByteSink(output, Head() + ChatUsageWriter.Bound(_usageLength, charge) + metadata.Length);
        AppendHead(ref sink);
        sink.Append(",\"choices\":[],\"usage\":"u8);
        ChatUsageWriter.Write(_usage.AsSpan(0, _usageLength), usage, charge, ref sink);
        AppendMetadata(metadata, ref sink);
        sink.Append("}\n\n"u8);
        sink.Complete();
    }

    /// <summary>Writes the event that tells of an error after the stream has begun. It carries no usage.
    /// <paramref name="metadata"/> as in <see cref="WriteUsageChunk"/>.</summary>
    public void WriteErrorChunk(GatewayError error, IBufferWriter<byte> output, ReadOnlySpan<byte> metadata = default)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, ErrorBody.Options))
        {
            ErrorBody.WriteError(json, error, isChunk: true, default);
        }

        var sink = new ByteSink(output, Head() + body.WrittenCount + metadata.Length + 160);
        AppendHead(ref sink);
        sink.Append(",\"error\":"u8);
        sink.Append(body.WrittenSpan);
        sink.Append(",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\","u8);
        sink.Append("\"native_finish_reason\":null}]"u8);
        AppendMetadata(metadata, ref sink);
        sink.Append("}\n\n"u8);
        sink.Complete();
    }

    /// <summary>Writes the event that ends an answer of this many choices because it has reached its longest: the finish
    /// reason of each is <c>length</c>. The provider's further events are not to be processed.</summary>
    public void WriteCut(int choices, IBufferWriter<byte> output)
    {
        _scan.Finish("length");
        var sink = new ByteSink(output, Head() + 64 + (choices * 112));
        AppendHead(ref sink);
        sink.Append(",\"choices\":["u8);
        for (var i = 0; i < choices; i++)
        {
            sink.Append(i == 0 ? "{\"index\":"u8 : ",{\"index\":"u8);
            sink.Append((long)i);
            sink.Append(",\"delta\":{\"content\":\"\"},\"finish_reason\":\"length\",\"native_finish_reason\":null}"u8);
        }

        sink.Append("]}\n\n"u8);
        sink.Complete();
    }

    private ChunkResult Edit(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        var known = _prefix.Length > 0 && data.StartsWith(_prefixBytes.AsSpan(0, _prefix.Length));
        try
        {
            if (!(known ? _scan.ScanAfterPrefix(data, _prefix) : _scan.Scan(data)))
            {
                return ChunkResult.Malformed;
            }
        }
        catch (JsonException)
        {
            return ChunkResult.Malformed;
        }

        if (_scan.ContentHere)
        {
            ContentFrames++;
            Evidence?.ReadChunk(data);
        }

        if (_scan.SawUsage)
        {
            KeepUsage(data);
        }

        if (_scan.ErrorRange is { } range)
        {
            Error = ChatErrorReader.ToGatewayError(data[range]);
            return ChunkResult.Error;
        }

        if (!_scan.HasChoices)
        {
            if (_scan.IsErrorObject)
            {
                Error = ChatErrorReader.ToGatewayError(data);
                return ChunkResult.Error;
            }

            if (!_scan.HasExtras)
            {
                return ChunkResult.Swallowed;
            }
        }

        Forward(data, known, output);
        return ChunkResult.Forwarded;
    }

    private void Forward(ReadOnlySpan<byte> data, bool known, IBufferWriter<byte> output)
    {
        var splices = _scan.Splices;
        var sink = new ByteSink(
            output, ChatSplicer.Bound(data, splices, _stamp) + (known ? _prefixEditedLength : 0));
        sink.Append("data: "u8);
        var from = 0;
        var next = 0;
        if (known)
        {
            sink.Append(_prefixEdited.AsSpan(0, _prefixEditedLength));
            from = _prefix.Length;
        }
        else if (_scan.Prefix.Length is > 0 and <= LongestPrefix)
        {
            var before = sink.Length;
            next = ChatSplicer.Copy(data, ref from, _scan.Prefix.Length, splices, next, _stamp, ref sink);
            Remember(data[..from], sink.Written[before..]);
        }

        var text = HoleAt(_scan.OnlyText, data, ref from, ref next, ref sink);
        var padding = text.Raw > 0 && _scan.Padding.Start.Value > text.RawEnd
            ? HoleAt(_scan.Padding, data, ref from, ref next, ref sink)
            : default;
        next = ChatSplicer.Copy(data, ref from, _scan.CloseAt, splices, next, _stamp, ref sink);
        if (!_scan.HasId || !_scan.HasModel)
        {
            var hasMembers = _scan.HasMembers;
            ChatSplicer.AppendMissing(!_scan.HasId, !_scan.HasModel, ref hasMembers, _stamp, ref sink);
        }

        ChatSplicer.Copy(data, ref from, data.Length, splices, next, _stamp, ref sink);
        sink.Append("\n\n"u8);
        if (text.Raw > 0)
        {
            _template.Learn(data, sink.Written, text, padding, _scan.HasNestedContent);
        }

        sink.Complete();
    }

    // Copies up to a string's inside, and tells where that stands on both sides.
    private ChatFrameTemplate.Hole HoleAt(
        Range inside, ReadOnlySpan<byte> data, ref int from, ref int next, ref ByteSink sink)
    {
        var (start, end) = (inside.Start.Value, inside.End.Value);
        if (end == 0 || !LearnsTemplates)
        {
            return default;
        }

        next = ChatSplicer.Copy(data, ref from, start, _scan.Splices, next, _stamp, ref sink);
        return new ChatFrameTemplate.Hole(start, sink.Length, end - start);
    }

    private void Remember(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> edited)
    {
        _prefix = _scan.Prefix;
        Store(raw, ref _prefixBytes);
        Store(edited, ref _prefixEdited);
        _prefixEditedLength = edited.Length;
    }

    private void KeepUsage(ReadOnlySpan<byte> data)
    {
        if (_scan.Usage.TryNormalise(out var usage))
        {
            Usage = usage;
            HasUsage = true;
        }

        if (_scan.UsageRange is { } range)
        {
            Store(data[range], ref _usage);
            _usageLength = data[range].Length;
        }
    }

    private static void Store(ReadOnlySpan<byte> bytes, ref byte[] target)
    {
        if (target.Length < bytes.Length)
        {
            target = new byte[Math.Max(256, bytes.Length * 2)];
        }

        bytes.CopyTo(target);
    }

    // A line end in the data stands between JSON tokens, where a space means the same and breaks no event.
    private ReadOnlySpan<byte> OneLine(ReadOnlySpan<byte> data)
    {
        Store(data, ref _oneLine);
        var copy = _oneLine.AsSpan(0, data.Length);
        copy.Replace((byte)'\n', (byte)' ');
        copy.Replace((byte)'\r', (byte)' ');
        return copy;
    }

    private static void AppendMetadata(ReadOnlySpan<byte> metadata, ref ByteSink sink)
    {
        if (!metadata.IsEmpty)
        {
            sink.Append(",\"openrouter_metadata\":"u8);
            sink.Append(metadata);
        }
    }

    private int Head() => 192 + _stamp.Id.Length + _stamp.Model.Length + _stamp.Provider.Length;

    private void AppendHead(ref ByteSink sink)
    {
        sink.Append("data: {\"id\":\""u8);
        sink.Append(_stamp.Id.Span);
        sink.Append("\",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        sink.Append(Created);
        sink.Append(",\"model\":"u8);
        ChatSplicer.AppendModelAndProvider(_stamp, ref sink);
    }
}
