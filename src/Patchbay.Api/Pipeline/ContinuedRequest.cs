using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>A request with the answer so far, which another endpoint is asked to go on with.</summary>
internal sealed class ContinuedRequest
{
    private CanonicalRequest? _canonical;

    private ContinuedRequest(PooledBuffer body, RequestEnvelope envelope)
    {
        Body = body;
        Envelope = envelope;
    }

    /// <summary>The body, in the caller's dialect.</summary>
    public PooledBuffer Body { get; }

    /// <summary>What was read from it.</summary>
    public RequestEnvelope Envelope { get; }

    /// <summary>The same in the form between the dialects.</summary>
    public CanonicalRequest Canonical => _canonical ??= CanonicalChatReader.Read(Body.Memory);

    /// <summary>What the endpoint may say again; empty where it does not.</summary>
    public byte[] Repeated { get; private init; } = [];

    /// <summary>White space at the end of the answer so far. It is not sent, since some providers refuse it.</summary>
    public byte[] Trimmed { get; private init; } = [];

    /// <summary>Null when there is nothing to go on with.</summary>
    /// <param name="context">The request.</param>
    /// <param name="answer">The answer so far, UTF-8.</param>
    /// <param name="prefill">How the endpoint is asked.</param>
    public static ContinuedRequest? Of(InferenceContext context, ReadOnlySpan<byte> answer, Prefill prefill)
    {
        var text = answer.TrimEnd(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return null;
        }

        var body = new PooledBuffer();
        ChatContinuation.Write(context.Body.Span, context.Envelope, text, prefill, body);
        var envelope = new RequestEnvelope();
        if (ChatRequestReader.Read(body.Span, envelope) is { } error)
        {
            throw new InvalidOperationException($"A continued request cannot be read: {error.Message}");
        }

        return new ContinuedRequest(body, envelope)
        {
            Repeated = prefill == Prefill.Prefix ? text.ToArray() : [],
            Trimmed = answer[text.Length..].ToArray(),
        };
    }
}
