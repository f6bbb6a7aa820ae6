using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>The attempt's part for providers that speak another dialect than the caller: the request goes through the
/// canonical form, and the answer comes back as one of the caller's dialect, so that everything behind sees only that.
/// </summary>
internal static class DialectStep
{
    /// <summary>Fills <see cref="Attempt.UpstreamBody"/>. An error when the dialect has no words for a part of the
    /// request; another endpoint may.</summary>
    public static GatewayError? Write(
        InferenceContext context, Attempt attempt, Dialect dialect, in DialectTarget target, bool thinks)
    {
        if (context.Envelope.Choices > 1 && !dialect.HasChoices)
        {
            return Refuse(attempt, "n", "gives one answer per request: n must be 1.");
        }

        var asked = attempt.Continued?.Canonical ?? context.Canonical;
        var endpoint = attempt.Endpoint!;
        if (thinks || TierEdit.Replaces(asked.ServiceTier, endpoint))
        {
            asked = asked.For(TierEdit.WordFor(asked.ServiceTier, endpoint), thinks);
        }

        var request = dialect.WriteRequest(asked, target, attempt.UpstreamBody);
        if (request.Unsendable is { } why)
        {
            return Refuse(attempt, "messages", why);
        }

        if (request.Unsayable != Modalities.None)
        {
            return Refuse(
                attempt, "messages", $"takes no {string.Join(" or ", ModalityNames.Of(request.Unsayable))} in messages.");
        }

        attempt.Translated = request;
        attempt.Dropped = request.Dropped;
        attempt.Emulated = request.Emulated;
        attempt.Translator.Reset(
            dialect, request, context.ArrivedAt.ToUnixTimeSeconds(), context.Envelope.ExcludeReasoning);
        return null;
    }

    private static GatewayError Refuse(Attempt attempt, string parameter, string why)
    {
        var name = attempt.Binding!.Provider.Descriptor.Name;
        return new GatewayError(GatewayErrorKind.ProviderRejected, $"{name} {why}") { Provider = name, Parameter = parameter };
    }

    /// <summary>Makes <see cref="Attempt.Whole"/> an answer of the caller's dialect. False when it is none of the
    /// provider's.</summary>
    public static bool Convert(Attempt attempt)
    {
        using var body = new PooledBuffer();
        if (!attempt.Translator.Convert(attempt.Whole.Span, body))
        {
            return false;
        }

        attempt.Whole.Clear();
        body.Span.CopyTo(attempt.Whole.GetSpan(body.Length));
        attempt.Whole.Advance(body.Length);
        return true;
    }
}
