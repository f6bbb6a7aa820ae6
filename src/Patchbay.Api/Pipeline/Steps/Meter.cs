using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>What a generation used and what it is charged.</summary>
internal static class Meter
{
    // For providers that report no usage: ordinary text has about four bytes a token. Only long prompts are guessed so, for
    // they are not kept. Marked as estimated, like everything that is our own count.
    private const int BytesPerToken = 4;

    // Callers choose their prompts, and may leave before they have an answer: at the very worst, to count this much takes ten
    // milliseconds.
    private const int MostPromptCounted = 64 * 1024;

    // A whole answer is at hand and counted, up to this much text: some tenths of a second at the very worst.
    private const int MostBytesCounted = 1024 * 1024;

    /// <summary>The provider's count, or our own where it gave none: also for one side alone, since a provider that counts
    /// only the input has not given the output away.</summary>
    public static Usage UsageOf(InferenceContext context, Attempt attempt)
    {
        var streamed = context.Responder is not null;
        var usage = streamed ? attempt.Editor.Usage : attempt.Reader.Usage;
        var outputBytes = streamed ? attempt.Editor.OutputBytes : attempt.Reader.OutputBytes;
        if (!(streamed ? attempt.Editor.HasUsage : attempt.Reader.HasUsage))
        {
            return new Usage
            {
                UncachedInput = InputOf(context, attempt),
                Output = OutputOf(context, attempt, outputBytes),
                Estimated = true,
            };
        }

        if (usage.UncachedInput is null)
        {
            usage = usage with { UncachedInput = InputOf(context, attempt), Estimated = true };
        }

        return usage.Output is null && outputBytes > 0
            ? usage with { Output = OutputOf(context, attempt, outputBytes), Estimated = true }
            : usage;
    }

    /// <summary>Whether the provider has said anything that it may bill.</summary>
    public static bool HasAnswer(InferenceContext context) => context.Responder is not null
        ? context.Editor.HasContent || context.Editor.HasUsage
        : context.Reader.HasUsage || !context.Reader.IsEmpty;

    /// <summary>Whether the answer is one that is not charged: nothing was generated, or it ended in an error
    /// (openrouter-api.md, section 5, zero-completion insurance).</summary>
    public static bool IsWaived(InferenceContext context, in Usage usage)
    {
        var streamed = context.Responder is not null;
        var finish = streamed ? context.Editor.FinishReason : context.Reader.FinishReason;
        var empty = streamed ? !context.Editor.HasContent : context.Reader.IsEmpty;
        return finish == "error" || (empty && usage.CompletionTokens == 0 && string.IsNullOrEmpty(finish));
    }

    /// <summary>What to charge for a cost: never more than was held. The parts add up to the whole.</summary>
    /// <param name="cost">The price.</param>
    /// <param name="held">The most that may be charged.</param>
    /// <param name="waived">Whether nothing is charged.</param>
    /// <param name="discount">What is given off, in hundredths of a percent.</param>
    public static Charge ChargeFor(in Cost cost, Money held, bool waived, int discount = 0)
    {
        var total = waived ? Money.Zero : Money.Min(cost.Less(discount), held);
        var prompt = Money.Min(cost.Prompt, total);
        return new Charge { Cost = total, PromptCost = prompt, CompletionCost = total - prompt };
    }

    /// <summary>What to charge for a call on the caller's own key: the fee. The parts add up to the provider's price, which the
    /// provider charges the caller.</summary>
    public static Charge ByokChargeFor(in Cost cost, Money fee) => new()
    {
        Cost = fee,
        IsByok = true,
        UpstreamCost = cost.Total,
        PromptCost = cost.Prompt,
        CompletionCost = cost.Completion,
    };

    private static long InputOf(InferenceContext context, Attempt attempt) => attempt.Continued is { } continued
        ? Count(continued.Body, continued.Envelope)
        : context.CountedInput ??= Count(context.Body, context.Envelope);

    private static long Count(PooledBuffer body, RequestEnvelope envelope) =>
        (body.Length is > 0 and <= MostPromptCounted ? ChatPromptTokens.Count(body.Span) : null)
            ?? Math.Max(1, TokensOf(envelope.PromptBytes));

    private static long OutputOf(InferenceContext context, Attempt attempt, long bytes)
    {
        if (context.Responder is not null)
        {
            return attempt.Editor.CountOutputTokens();
        }

        return bytes is > 0 and <= MostBytesCounted
            ? ChatOutputTokens.Count(attempt.Whole.Span) ?? TokensOf(bytes)
            : TokensOf(bytes);
    }

    private static long TokensOf(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;
}
