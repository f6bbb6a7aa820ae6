namespace Patchbay.Protocol;

/// <summary>A message of an event stream whose checksums were right. Its spans point into the reader's buffer and are valid
/// until the reader is used again.</summary>
public readonly ref struct EventMessage
{
    internal EventMessage(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        Headers = new EventHeaders(headers);
        Payload = payload;
    }

    /// <summary>The headers.</summary>
    public EventHeaders Headers { get; }

    /// <summary>The payload; of Bedrock's events it is a JSON object.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary><c>event</c>, <c>exception</c> (a modelled error, see <see cref="ExceptionType"/>) or <c>error</c> (an
    /// unmodelled one, see <see cref="ErrorCode"/>); empty when absent.</summary>
    public ReadOnlySpan<byte> MessageType => Headers.Text(":message-type"u8);

    /// <summary>The name of the event, such as <c>contentBlockDelta</c>; empty when absent.</summary>
    public ReadOnlySpan<byte> EventType => Headers.Text(":event-type"u8);

    /// <summary>The name of the exception, such as <c>throttlingException</c>; empty when absent.</summary>
    public ReadOnlySpan<byte> ExceptionType => Headers.Text(":exception-type"u8);

    /// <summary>The code of an error, such as <c>InternalFailure</c>; empty when absent.</summary>
    public ReadOnlySpan<byte> ErrorCode => Headers.Text(":error-code"u8);

    /// <summary>The text of an error; empty when absent.</summary>
    public ReadOnlySpan<byte> ErrorMessage => Headers.Text(":error-message"u8);

    /// <summary>The media type of the payload; empty when absent.</summary>
    public ReadOnlySpan<byte> ContentType => Headers.Text(":content-type"u8);
}
