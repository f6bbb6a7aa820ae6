using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>Makes the answers of a provider that speaks another dialect into chat answers. What comes out of a stream has
/// passed the editor already; a whole body is one that <see cref="ChatResponseReader"/> reads. Reusable; not safe for use by
/// several threads.</summary>
public sealed class ChatTranslator : IDisposable
{
    private readonly ChatChunkSink _chunks;
    private readonly ChatCompletionSink _whole = new();
    private Dialect? _dialect;
    private DialectStream? _stream;
    private DialectRequest _request = DialectRequest.Whole;

    /// <summary>Writes through an editor, which the caller resets for each answer.</summary>
    public ChatTranslator(ChatStreamEditor editor) => _chunks = new ChatChunkSink(editor);

    /// <summary>Makes it ready for the answer to another request.</summary>
    /// <param name="dialect">What the provider speaks.</param>
    /// <param name="request">What became of the request in that dialect.</param>
    /// <param name="created">The answer's creation time in Unix seconds.</param>
    /// <param name="withoutReasoning">The caller does not want to see reasoning.</param>
    public void Reset(Dialect dialect, DialectRequest request, long created, bool withoutReasoning)
    {
        if (!ReferenceEquals(_dialect, dialect))
        {
            _dialect = dialect;
            _stream = null;
        }

        _request = request;
        _stream?.Reset(request);
        _chunks.Reset(dialect.ReasoningFormat, created, withoutReasoning);
        _whole.Reset(dialect.ReasoningFormat, created, withoutReasoning);
    }

    /// <summary>Turns one event of the provider's stream into edited events for the caller, none or several.</summary>
    public ChunkResult Process(in StreamFrame frame, IBufferWriter<byte> output)
    {
        if (_stream is null)
        {
            _stream = _dialect!.CreateStream();
            _stream.Reset(_request);
        }

        _chunks.Open(output);
        var progress = _stream.Read(frame.Event, frame.Data, _chunks);
        return _chunks.Result is ChunkResult.Error or ChunkResult.Malformed ? _chunks.Result : progress switch
        {
            StreamProgress.Done => ChunkResult.Done,
            StreamProgress.Malformed => ChunkResult.Malformed,
            _ => _chunks.Result,
        };
    }

    /// <summary>Turns a whole answer into the body of a chat completion. False when it is no answer.</summary>
    public bool Convert(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!_dialect!.ReadAnswer(body, _request, _whole))
        {
            return false;
        }

        _whole.Write(output);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.Dispose();
        _whole.Dispose();
    }
}
