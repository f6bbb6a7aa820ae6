using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Turns the body of a provider's answer into ours.</summary>
public static class ChatResponseWriter
{
    /// <summary>Copies the body with our id, model and provider, normalised finish reasons beside the provider's own
    /// (<c>native_finish_reason</c>), usage with the cost, and a <c>system_fingerprint</c> of null where the provider has
    /// none. Every other byte is the provider's.</summary>
    /// <param name="body">The body that <paramref name="read"/> has read last.</param>
    /// <param name="read">The reader, after it returned true.</param>
    /// <param name="stamp">Our id, model and provider.</param>
    /// <param name="usage">What is charged for.</param>
    /// <param name="charge">What it costs.</param>
    /// <param name="output">Receives the new body.</param>
    /// <param name="metadata">The value of <c>openrouter_metadata</c>, valid JSON; empty to write none.</param>
    public static void Write(
        ReadOnlySpan<byte> body,
        ChatResponseReader read,
        in ResponseStamp stamp,
        in Usage usage,
        in Charge charge,
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> metadata = default)
    {
        var scan = read.Scan;
        var splices = scan.Splices;
        var reported = scan.UsageRange is { } range ? body[range] : default;
        var sink = new ByteSink(
            output, ChatSplicer.Bound(body, splices, stamp) + ChatUsageWriter.Bound(reported.Length, charge) + metadata.Length + 64);
        var from = 0;
        var next = ChatSplicer.Copy(body, ref from, scan.CloseAt, splices, 0, stamp, ref sink);
        var hasUsage = next < splices.Length && splices[next].Kind == SpliceKind.Usage;
        if (hasUsage)
        {
            ChatUsageWriter.Write(reported, usage, charge, ref sink);
            from = splices[next].End;
            next = ChatSplicer.Copy(body, ref from, scan.CloseAt, splices, next + 1, stamp, ref sink);
        }

        var hasMembers = scan.HasMembers;
        ChatSplicer.AppendMissing(!scan.HasId, !scan.HasModel, ref hasMembers, stamp, ref sink);
        if (!hasUsage)
        {
            sink.Append(hasMembers ? ",\"usage\":"u8 : "\"usage\":"u8);
            ChatUsageWriter.Write(reported, usage, charge, ref sink);
        }

        // Clients made from the reference's description insist on it: https://openrouter.ai/docs/api/reference/overview.
        if (!scan.HasFingerprint)
        {
            sink.Append(",\"system_fingerprint\":null"u8);
        }

        if (!metadata.IsEmpty)
        {
            sink.Append(",\"openrouter_metadata\":"u8);
            sink.Append(metadata);
        }

        ChatSplicer.Copy(body, ref from, body.Length, splices, next, stamp, ref sink);
        sink.Complete();
    }
}
