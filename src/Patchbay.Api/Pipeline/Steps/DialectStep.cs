using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>The attempt's part for providers that speak another dialect than the caller: the request goes through the
/// canonical form, and the answer comes back as one of the caller's dialect, so that everything behind sees only that.
/// </summary>
internal static class DialectStep
{
    /// <summary>Fills <see cref="InferenceContext.UpstreamBody"/>. An error when the dialect has no words for a part of the
    /// request; another endpoint may.</summary>
    public static GatewayError? Write(InferenceContext context, Dialect dialect, in DialectTarget target, bool thinks)
    {
        if (context.Envelope.Choices > 1 && !dialect.HasChoices)
        {
            return Refuse(context, "n", "gives one answer per request: n must be 1.");
        }

        var asked = context.Canonical;
        var endpoint = context.Endpoint!;
        if (thinks || TierEdit.Replaces(asked.ServiceTier, endpoint))
        {
            asked = asked.For(TierEdit.WordFor(asked.ServiceTier, endpoint), thinks);
        }

        var request = dialect.WriteRequest(asked, target, context.UpstreamBody);
        if (request.Unsendable is { } why)
        {
            return Refuse(context, "messages", why);
        }

        if (request.Unsayable != Modalities.None)
        {
            return Refuse(
                context, "messages", $"takes no {string.Join(" or ", ModalityNames.Of(request.Unsayable))} in messages.");
        }

        context.Translated = request;
        context.Dropped = request.Dropped;
        context.Emulated = request.Emulated;
        context.Translator.Reset(
            dialect, request, context.ArrivedAt.ToUnixTimeSeconds(), context.Envelope.ExcludeReasoning);
        return null;
    }

    private static GatewayError Refuse(InferenceContext context, string parameter, string why)
    {
        var name = context.Binding!.Provider.Descriptor.Name;
        return new GatewayError(GatewayErrorKind.ProviderRejected, $"{name} {why}") { Provider = name, Parameter = parameter };
    }

    /// <summary>Makes <see cref="InferenceContext.Whole"/> an answer of the caller's dialect. False when it is none of the
    /// provider's.</summary>
    public static bool Convert(InferenceContext context)
    {
        using var body = new PooledBuffer();
        if (!context.Translator.Convert(context.Whole.Span, body))
        {
            return false;
        }

        context.Whole.Clear();
        body.Span.CopyTo(context.Whole.GetSpan(body.Length));
        context.Whole.Advance(body.Length);
        return true;
    }
}
