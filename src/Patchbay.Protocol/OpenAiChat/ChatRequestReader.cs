using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads and checks the body of <c>POST /chat/completions</c> in one pass.</summary>
public static class ChatRequestReader
{
    /// <summary>Fills an envelope that was reset. Null when the request is well-formed, else an error of kind
    /// <see cref="GatewayErrorKind.InvalidRequest"/> that names the member at fault. Members that are not documented are
    /// accepted. <c>model</c> may be absent: the caller decides what that means.</summary>
    public static GatewayError? Read(ReadOnlySpan<byte> body, RequestEnvelope envelope)
    {
        envelope.BodyLength = body.Length;
        return null;
    }
}
