using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>The attempt's first part: the caller's request becomes the provider's.</summary>
internal static class RequestStep
{
    /// <summary>Fills <see cref="Attempt.UpstreamBody"/>. An error when the endpoint cannot be asked this; another
    /// may.</summary>
    public static GatewayError? Write(InferenceContext context, Attempt attempt, Provider provider)
    {
        var candidate = attempt.Candidate;
        var endpoint = candidate.Endpoint;
        var thinks = (endpoint.Sendable & (Parameters.Reasoning | Parameters.ReasoningEffort)) != 0
            && context.Plan is { } plan && plan.Thinks(candidate.Model);
        var target = new DialectTarget
        {
            Model = endpoint.UpstreamModelUtf8,
            Supported = endpoint.Sendable,
            MaxOutputTokens = ClampedOutput(context, attempt),
            DefaultOutputTokens = endpoint.MaxOutputTokens ?? candidate.Model.MaxOutputTokens,
            Efforts = candidate.Model.ReasoningEfforts,
        };
        attempt.UpstreamBody.Clear();
        attempt.Translated = null;
        if (provider.Dialect is { } dialect)
        {
            return DialectStep.Write(context, attempt, dialect, target, thinks);
        }

        var envelope = attempt.Continued?.Envelope ?? context.Envelope;
        var edits = provider.EditChat(envelope, target) with
        {
            ServiceTier = TierEdit.Replaces(envelope.ServiceTier, endpoint) ? TierEdit.WordFor(envelope.ServiceTier, endpoint) : null,
            DropServiceTier = TierEdit.Replaces(envelope.ServiceTier, endpoint)
                && TierEdit.WordFor(envelope.ServiceTier, endpoint) is null,
            DefaultEffort = thinks ? ReasoningEfforts.Nearest("medium", candidate.Model.ReasoningEfforts) : null,
        };
        attempt.Dropped = envelope.Used & edits.Drop;
        attempt.Emulated = Parameters.None;
        if (provider.Form.Rewrites(envelope.Traits))
        {
            WriteFitted(attempt.Continued?.Canonical ?? context.Canonical, provider.Form, edits, attempt.UpstreamBody);
        }
        else
        {
            ChatRequestWriter.Write((attempt.Continued?.Body ?? context.Body).Span, envelope, edits, attempt.UpstreamBody);
        }

        return null;
    }

    // Through the canonical form, and then like any other request.
    private static void WriteFitted(
        CanonicalRequest request, ChatForm form, in UpstreamRequestEdits edits, PooledBuffer output)
    {
        using var fitted = new PooledBuffer();
        CanonicalChatWriter.Write(request, form, fitted);
        var envelope = new RequestEnvelope();
        if (ChatRequestReader.Read(fitted.Span, envelope) is { } error)
        {
            throw new InvalidOperationException($"A fitted request cannot be read: {error.Message}");
        }

        ChatRequestWriter.Write(fitted.Span, envelope, edits, output);
    }

    // An endpoint is never asked for more than it can give.
    private static long? ClampedOutput(InferenceContext context, Attempt attempt)
    {
        var clamp = attempt.OutputLimit ?? context.ClampedOutput;
        return clamp is { } limit && attempt.Endpoint!.MaxOutputTokens is { } most ? Math.Min(limit, most) : clamp;
    }
}
