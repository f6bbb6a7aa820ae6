using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The attempt's first part: the caller's request becomes the provider's.</summary>
internal static class RequestStep
{
    /// <summary>Fills <see cref="InferenceContext.UpstreamBody"/>. An error when the endpoint cannot be asked this; another
    /// may.</summary>
    public static GatewayError? Write(InferenceContext context, Candidate candidate, Provider provider)
    {
        var endpoint = candidate.Endpoint;
        var thinks = (endpoint.Sendable & (Parameters.Reasoning | Parameters.ReasoningEffort)) != 0
            && context.Plan.Thinks(candidate.Model);
        var target = new DialectTarget
        {
            Model = endpoint.UpstreamModelUtf8,
            Supported = endpoint.Sendable,
            MaxOutputTokens = ClampedOutput(context),
            DefaultOutputTokens = endpoint.MaxOutputTokens ?? candidate.Model.MaxOutputTokens,
            Efforts = candidate.Model.ReasoningEfforts,
        };
        context.UpstreamBody.Clear();
        context.Translated = null;
        if (provider.Dialect is { } dialect)
        {
            return DialectStep.Write(context, dialect, target, thinks);
        }

        var envelope = context.Envelope;
        var edits = provider.EditChat(envelope, target) with
        {
            ServiceTier = TierEdit.Replaces(envelope.ServiceTier, endpoint) ? TierEdit.WordFor(envelope.ServiceTier, endpoint) : null,
            DropServiceTier = TierEdit.Replaces(envelope.ServiceTier, endpoint)
                && TierEdit.WordFor(envelope.ServiceTier, endpoint) is null,
            DefaultEffort = thinks ? ReasoningEfforts.Nearest("medium", candidate.Model.ReasoningEfforts) : null,
        };
        context.Dropped = envelope.Used & edits.Drop;
        context.Emulated = Parameters.None;
        if (provider.Form.Rewrites(envelope.Traits))
        {
            WriteFitted(context, provider.Form, edits);
        }
        else
        {
            ChatRequestWriter.Write(context.Body.Span, envelope, edits, context.UpstreamBody);
        }

        return null;
    }

    // Through the canonical form, and then like any other request.
    private static void WriteFitted(InferenceContext context, ChatForm form, in UpstreamRequestEdits edits)
    {
        using var fitted = new PooledBuffer();
        CanonicalChatWriter.Write(context.Canonical, form, fitted);
        var envelope = new RequestEnvelope();
        if (ChatRequestReader.Read(fitted.Span, envelope) is { } error)
        {
            throw new InvalidOperationException($"A fitted request cannot be read: {error.Message}");
        }

        ChatRequestWriter.Write(fitted.Span, envelope, edits, context.UpstreamBody);
    }

    // An endpoint is never asked for more than it can give.
    private static long? ClampedOutput(InferenceContext context) =>
        context.ClampedOutput is { } clamp && context.Endpoint!.MaxOutputTokens is { } most
            ? Math.Min(clamp, most)
            : context.ClampedOutput;
}
