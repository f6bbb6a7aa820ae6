using System.Buffers.Binary;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Splits a body of the type <c>application/vnd.amazon.eventstream</c> into messages
/// (https://smithy.io/2.0/aws/amazon-eventstream.html) and checks both checksums of each. However the bytes arrive, the
/// messages are the same. Memory grows with what has arrived, never with what a length claims. Not safe for use by several
/// threads.</summary>
public sealed class EventStreamReader : FrameReader
{
    /// <summary>The most bytes that the headers of a message may have: 128 KiB.</summary>
    public const int MaxHeaderBytes = 128 * 1024;

    internal const int PreludeBytes = 12;
    internal const int CrcBytes = 4;

    // The length of the pending message once its prelude was checked; 0 before.
    private int _total;
    private FrameResult _broken;
    private PooledBuffer? _error;

    /// <summary>Reads messages from a stream that the caller owns and closes.</summary>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxMessageBytes">The longest message, in bytes as received, that is accepted.</param>
    public EventStreamReader(Stream source, int maxMessageBytes = 24 * 1024 * 1024)
        : base(source, maxMessageBytes)
    {
    }

    /// <summary>The name under which <see cref="TryRead"/> gives an error that the service has not modelled; the data are
    /// <c>{"code":…,"message":…}</c>.</summary>
    public static ReadOnlySpan<byte> ErrorEvent => ":error"u8;

    private protected override bool IsBroken => _broken != FrameResult.NeedMore;

    /// <summary>The next message as an event: its name is the type of the event or of the exception, its data the payload.
    /// </summary>
    public override FrameResult TryRead(out StreamFrame frame)
    {
        frame = default;
        var result = TryReadMessage(out var message);
        if (result != FrameResult.Frame)
        {
            return result;
        }

        var type = message.MessageType;
        frame = type.SequenceEqual("error"u8) ? Describe(message)
            : new StreamFrame(message.Payload, type.SequenceEqual("exception"u8) ? message.ExceptionType : message.EventType);
        return FrameResult.Frame;
    }

    /// <summary>The next message among the bytes that are already buffered. What is broken stays broken.</summary>
    public FrameResult TryReadMessage(out EventMessage message)
    {
        message = default;
        if (_broken != FrameResult.NeedMore)
        {
            return _broken;
        }

        var bytes = Buffer.AsSpan(Start, End - Start);
        if (_total == 0)
        {
            if (bytes.Length < PreludeBytes)
            {
                return FrameResult.NeedMore;
            }

            if (CheckPrelude(bytes) is var fault and not FrameResult.Frame)
            {
                return _broken = fault;
            }
        }

        if (bytes.Length < _total)
        {
            return FrameResult.NeedMore;
        }

        var whole = bytes[.._total];
        var headerBytes = BinaryPrimitives.ReadInt32BigEndian(whole[4..]);
        var headers = whole.Slice(PreludeBytes, headerBytes);
        if (Crc32.Append(0, whole[..^CrcBytes]) != BinaryPrimitives.ReadUInt32BigEndian(whole[^CrcBytes..])
            || !EventHeaders.AreValid(headers))
        {
            return _broken = FrameResult.Malformed;
        }

        message = new EventMessage(headers, whole[(PreludeBytes + headerBytes)..^CrcBytes]);
        Start += _total;
        _total = 0;
        return FrameResult.Frame;
    }

    /// <summary>False: a message says how long it is, and what is shorter was cut.</summary>
    public override bool TryReadRemainder(out StreamFrame frame)
    {
        frame = default;
        return false;
    }

    private protected override void Release()
    {
        _error?.Dispose();
        _total = 0;
    }

    private FrameResult CheckPrelude(ReadOnlySpan<byte> bytes)
    {
        if (Crc32.Append(0, bytes[..8]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]))
        {
            return FrameResult.Malformed;
        }

        var total = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (total < PreludeBytes + CrcBytes || headers > total - PreludeBytes - CrcBytes)
        {
            return FrameResult.Malformed;
        }

        if (total > MaxFrameBytes || headers > MaxHeaderBytes)
        {
            return FrameResult.TooLarge;
        }

        _total = (int)total;
        return FrameResult.Frame;
    }

    // Such an error ends the stream, so that this happens once.
    private StreamFrame Describe(EventMessage message)
    {
        _error ??= new PooledBuffer();
        _error.Clear();
        using (var json = new Utf8JsonWriter(_error, ErrorBody.Options))
        {
            json.WriteStartObject();
            json.WriteString("code"u8, WellFormed(message.ErrorCode));
            json.WriteString("message"u8, WellFormed(message.ErrorMessage));
            json.WriteEndObject();
        }

        return new StreamFrame(_error.Span, ErrorEvent);
    }

    private static ReadOnlySpan<byte> WellFormed(ReadOnlySpan<byte> text) =>
        System.Text.Unicode.Utf8.IsValid(text) ? text : JsonText.RepairUtf8(text);
}
