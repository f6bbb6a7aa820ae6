using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Unpacks the events of InvokeModelWithResponseStream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html): a <c>chunk</c> has an event of the
/// model's own dialect as base64 in <c>bytes</c>; anything else is an exception of Bedrock's.</summary>
internal sealed class BedrockChunks(DialectStream events) : DialectStream
{
    private const int LargestKept = 64 * 1024;

    private byte[] _decoded = new byte[512];
    private byte[] _scratch = [];

    /// <inheritdoc/>
    public override void Reset(DialectRequest request)
    {
        _decoded = _decoded.Length > LargestKept ? new byte[512] : _decoded;
        _scratch = _scratch.Length > LargestKept ? [] : _scratch;
        events.Reset(request);
    }

    /// <inheritdoc/>
    public override StreamProgress Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        try
        {
            if (ConverseErrors.IsException(name))
            {
                ConverseErrors.Tell(name, data, sink);
                return StreamProgress.More;
            }

            // Events that are yet to be invented say nothing here.
            return !name.SequenceEqual("chunk"u8) ? StreamProgress.More
                : JsonMembers.IsObject(data) ? ReadChunk(JsonMembers.Find(data, "bytes"u8), sink)
                : StreamProgress.Malformed;
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    private StreamProgress ReadChunk(ReadOnlySpan<byte> bytes, AnswerSink sink)
    {
        var text = JsonSlice.Text(bytes, ref _scratch);
        var most = Base64.GetMaxDecodedFromUtf8Length(text.Length);
        if (_decoded.Length < most)
        {
            _decoded = new byte[most * 2];
        }

        return Base64.DecodeFromUtf8(text, _decoded, out _, out var length) == OperationStatus.Done
            ? events.Read(default, _decoded.AsSpan(0, length), sink)
            : StreamProgress.Malformed;
    }
}
