using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>What a generation used and what it is charged.</summary>
internal static class Meter
{
    // For providers that report no usage: ordinary text has about four bytes a token. Marked as estimated.
    private const int BytesPerToken = 4;

    /// <summary>The provider's count, or our own where it gave none.</summary>
    public static Usage UsageOf(InferenceContext context)
    {
        if (context.Responder is not null)
        {
            return context.Editor.HasUsage ? context.Editor.Usage : Estimate(context, context.Editor.OutputBytes);
        }

        return context.Reader.HasUsage ? context.Reader.Usage : Estimate(context, context.Reader.OutputBytes);
    }

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
    public static Charge ChargeFor(in Cost cost, Money held, bool waived)
    {
        var total = waived ? Money.Zero : Money.Min(cost.Total, held);
        var prompt = Money.Min(cost.Prompt, total);
        return new Charge { Cost = total, PromptCost = prompt, CompletionCost = total - prompt };
    }

    private static Usage Estimate(InferenceContext context, long outputBytes) => new()
    {
        UncachedInput = Math.Max(1, (context.Envelope.PromptBytes + BytesPerToken - 1) / BytesPerToken),
        Output = (outputBytes + BytesPerToken - 1) / BytesPerToken,
        Estimated = true,
    };
}
