using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>What a settled generation tells the end of the answer.</summary>
/// <param name="Usage">What was used.</param>
/// <param name="Charge">What it is charged.</param>
/// <param name="Generation">The row, as it was made durable.</param>
internal readonly record struct Settled(Usage Usage, Charge Charge, Generation Generation);

/// <summary>Makes usage, charge and ledger entries durable, before the caller sees the end of the answer.</summary>
internal sealed class SettleStep(ISettlementLog log, EdgeStep edge, int loggingDiscount)
{
    /// <summary>Settles an answer that is whole.</summary>
    /// <exception cref="StorageUnavailableException">It could not be made durable; nothing was charged.</exception>
    public async ValueTask<Settled> CompletedAsync(InferenceContext context)
    {
        var usage = Meter.UsageOf(context, context.Current);
        return await SettleAsync(
            context, usage, Meter.IsWaived(context, usage), GenerationOutcome.Completed, error: null);
    }

    /// <summary>Settles what the caller got before it left, and nothing when it got nothing; or the whole answer where its
    /// provider bills that.</summary>
    public async ValueTask<Settled> CancelledAsync(InferenceContext context, GatewayError error)
    {
        if (context.IsUnheard)
        {
            var whole = Meter.HasAnswer(context) ? Meter.UsageOf(context, context.Current) : default;
            var waived = context.Parts is null && Meter.IsWaived(context, whole);
            return await SettleAsync(context, whole, waived, GenerationOutcome.Cancelled, error);
        }

        var delivered = context.Responder is { IsCommitted: true };
        var some = delivered && (context.Parts is null || (context.Editor.HasContent && !context.Current.IsPart));
        return await SettleAsync(
            context, some ? Meter.UsageOf(context, context.Current) : default, !delivered, GenerationOutcome.Cancelled, error);
    }

    /// <summary>Records a request that no endpoint answered. It costs the caller nothing.</summary>
    public async ValueTask<Settled> FailedAsync(InferenceContext context, GatewayError error) =>
        await SettleAsync(context, default, waived: true, GenerationOutcome.Failed, error);

    /// <summary>Records a request that a router answered by itself. Nothing was held and it costs nothing.</summary>
    public async ValueTask<Generation> AnsweredAsync(InferenceContext context)
    {
        var generation = Describe(context, GenerationOutcome.Completed, error: null) with
        {
            Model = context.Router!.Router,
            Streamed = context.Envelope.Stream,
            FinishReason = "stop",
            LatencyMs = context.ElapsedMs,
        };
        await log.SettleAsync(new Settlement(generation, null, []));
        return generation;
    }

    private async ValueTask<Settled> SettleAsync(
        InferenceContext context, Usage usage, bool waived, GenerationOutcome outcome, GatewayError? error)
    {
        var endpoint = outcome == GenerationOutcome.Failed ? null : context.Endpoint;
        var cost = Cost.Zero;
        Money? searched = null;
        if (endpoint is not null && usage != default)
        {
            var prices = TierEdit.Billed(context, context.Current).Prices;
            cost = Pricer.Price(usage, prices);
            searched = usage.Searches > 0
                ? Pricer.Price(usage with { Output = 0, Reasoning = 0, AudioOutput = 0 }, prices).Total
                : null;
        }

        List<LossPosting>? expenses = null;
        if (context.Parts is { } parts)
        {
            expenses = context.Current.Candidate.OwnKey is null ? PostParts(context, parts, waived) : null;
            usage = waived ? usage : parts.Usage.Plus(usage);
            cost = waived ? cost : parts.Cost.Plus(cost);
        }

        if (endpoint is not null && context.Current.Candidate.OwnKey is not null)
        {
            return await SettleByokAsync(context, endpoint, usage, cost, waived, Describe(context, outcome, error));
        }

        if (!waived)
        {
            await edge.CoverAsync(context, cost.Total, searched);
        }

        var charge = Meter.ChargeFor(cost, context.Hold.Amount, waived, DiscountOf(context));
        var due = Meter.ChargeFor(cost, Money.MaxValue, waived, DiscountOf(context)).Cost;
        var overrun = due - charge.Cost;
        var provider = endpoint?.Provider.Slug;
        if (overrun > Money.Zero)
        {
            context.Losses.Add(new LossPosting(LedgerAccount.LossOverrun, provider!, overrun));
        }

        var generation = Describe(context, outcome, error) with
        {
            Usage = usage,
            Charge = charge.Cost,
            Discount = waived ? Money.Zero : cost.Total - due,
            ProviderCost = cost.Total - overrun,
            Loss = Sum(context.Losses),
        };
        IReadOnlyList<LossPosting> losses = context.Losses.Count == 0 && expenses is null ? [] : [.. context.Losses, .. expenses ?? []];
        await log.SettleAsync(new Settlement(generation, provider, losses)
        {
            HoldRecorded = context.Hold.BeginSettlement(),
            Leases = context.Hold.Leases,
        });
        context.Hold.Settle(charge.Cost, Money.Zero, context.ArrivedAt);
        return new Settled(usage, charge, generation);
    }

    // The provider charges the caller by its own prices, whatever became of the answer; the account is charged our fee. An
    // answer that is not charged has none, but its list price counts.
    private async ValueTask<Settled> SettleByokAsync(
        InferenceContext context, Catalog.Endpoint endpoint, Usage usage, Cost cost, bool waived, Generation row)
    {
        var due = context.Hold.FeeFor(cost);
        var fee = waived ? Money.Zero : due;
        var charge = Meter.ByokChargeFor(cost, fee);
        var generation = row with
        {
            Usage = usage,
            IsByok = true,
            Charge = fee,
            Fee = fee,
            ProviderCost = cost.Total,
            Loss = Sum(context.Losses),
        };
        await log.SettleAsync(new Settlement(generation, endpoint.Provider.Slug, [.. context.Losses])
        {
            HoldRecorded = context.Hold.BeginSettlement(),
            Leases = context.Hold.LeasesOnOwnKey(fee, cost.Total),
        });
        context.Hold.Settle(fee, cost.Total, context.ArrivedAt);
        return new Settled(usage, charge, generation);
    }

    private int DiscountOf(InferenceContext context) => context.Caller.GetsLoggingDiscount ? loggingDiscount : 0;

    // Parts that are charged are expenses at their providers; of an answer that is not charged they are losses.
    private static List<LossPosting>? PostParts(InferenceContext context, AnswerParts parts, bool waived)
    {
        var postings = waived ? context.Losses : new List<LossPosting>(parts.List.Count);
        foreach (var part in parts.List)
        {
            var slug = part.Endpoint.Provider.Slug;
            if (part.Cost.Total > Money.Zero)
            {
                postings.Add(new LossPosting(
                    waived ? LedgerAccount.LossWaived : LedgerAccount.ProviderExpense(slug), slug, part.Cost.Total));
            }
        }

        return waived ? null : postings;
    }

    private static Money Sum(List<LossPosting> losses)
    {
        var sum = Money.Zero;
        for (var i = 0; i < losses.Count; i++)
        {
            sum += losses[i].Amount;
        }

        return sum;
    }

    private static Generation Describe(InferenceContext context, GenerationOutcome outcome, GatewayError? error)
    {
        var envelope = context.Envelope;
        var request = context.Http.Request;
        var endpoint = outcome == GenerationOutcome.Failed ? null : context.Endpoint;
        var streamed = context.Responder is not null;
        var read = endpoint is not null;
        return new Generation
        {
            Id = context.GenerationId,
            CreatedAt = context.ArrivedAt,
            OrganizationId = context.Caller.OrganizationId,
            WorkspaceId = context.Caller.WorkspaceId,
            KeyId = context.Caller.Key?.Id,
            MemberId = context.Caller.Key?.MemberId,
            Model = context.Endpoint?.ModelSlug ?? envelope.Models[0],
            ProviderName = endpoint?.Provider.Name,
            EndpointId = endpoint?.Id,
            UpstreamId = !read ? null : streamed ? context.Editor.UpstreamId : context.Reader.UpstreamId,
            ApiType = context.Surface.ApiType,
            Streamed = streamed,
            Outcome = outcome,
            ErrorCode = error?.Row.Code,
            FinishReason = error is not null ? "error" : streamed ? context.Editor.FinishReason : context.Reader.FinishReason,
            NativeFinishReason = !read ? null : streamed ? context.Editor.NativeFinishReason : context.Reader.NativeFinishReason,
            PriceVersion = endpoint is null ? 0 : TierEdit.Billed(context, context.Current).PriceSnapshotId,
            LatencyMs = context.LatencyMs,
            DurationMs = context.ElapsedMs,
            ServiceTier = !read ? null : streamed ? context.Editor.ServiceTier : context.Reader.ServiceTier,
            SessionId = envelope.SessionId,
            ExternalUser = envelope.User,
            UserAgent = Cut(request.Headers.UserAgent.ToString(), 256),
            Referer = Cut(request.Headers.Referer.ToString(), 512),
            Router = context.Part?.Run.Settings.Router ?? context.Router?.Router,
            Routing = RoutingRecord.Of(context),
            Attempts = [.. context.Attempts],
        };
    }

    private static string? Cut(string text, int length) =>
        text.Length == 0 ? null : text.Length <= length ? text : text[..length];
}
