using Microsoft.Extensions.Logging;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Brings into the books what happened to a purchase afterwards, and tells the gateway what was decided here.</summary>
internal sealed partial class PaymentReversals(ICreditStore credits, CreditBook book, ILogger log)
{
    /// <summary>Refunds that the gateway has, refunds that it must be told, and disputes.</summary>
    public async Task RunAsync(
        IPaymentGateway gateway, Payment payment, CreditTransaction purchase, PaymentFacts facts, CancellationToken cancellationToken)
    {
        if (gateway is ICardGateway cards)
        {
            facts = facts with { Refunds = await SendAsync(cards, payment, purchase, facts.Refunds, cancellationToken) };
        }

        foreach (var refund in facts.Refunds)
        {
            await TakeAsync(gateway, purchase, refund, cancellationToken);
        }

        foreach (var dispute in facts.Disputes)
        {
            await TakeAsync(gateway, purchase, dispute, cancellationToken);
        }
    }

    // Refunds that were decided here and that the gateway does not have.
    private async Task<IReadOnlyList<GatewayRefund>> SendAsync(ICardGateway gateway, Payment payment,
        CreditTransaction purchase, IReadOnlyList<GatewayRefund> known, CancellationToken cancellationToken)
    {
        var all = new List<GatewayRefund>(known);
        var related = await credits.ListAboutAsync(purchase.Id, purchase.OrganizationId, cancellationToken);
        foreach (var decided in related)
        {
            if (decided.Kind != CreditKind.Refund
                || all.Exists(refund => refund.Reference == decided.Reference)
                || related.Any(failed => failed.Reference == CreditPlan.FailureReference(decided.Id)))
            {
                continue;
            }

            try
            {
                all.Add(await gateway.RefundAsync(payment, Money.Zero - decided.Paid, decided.Reference, cancellationToken));
            }
            catch (GatewayException exception) when (exception.IsFinal)
            {
                Log.RefundFailed(log, payment.Id, gateway.Name, exception.Message);
                await FailAsync(gateway, purchase, decided, cancellationToken);
            }
        }

        return all;
    }

    private async Task TakeAsync(
        IPaymentGateway gateway, CreditTransaction purchase, GatewayRefund refund, CancellationToken cancellationToken)
    {
        var reference = refund.Reference ?? $"reversal:{gateway.Name}:{refund.Id}";
        if (refund.Status == RefundStatus.Failed)
        {
            foreach (var taken in await credits.ListAboutAsync(purchase.Id, purchase.OrganizationId, cancellationToken))
            {
                if (taken.Kind is CreditKind.Refund or CreditKind.Reversal && taken.Reference == reference)
                {
                    await FailAsync(gateway, purchase, taken, cancellationToken);
                }
            }

            return;
        }

        await ApplyAsync(
            new ReversalOrder(purchase.OrganizationId, reference, gateway.Name, purchase.Id, refund.Amount, refund.Id),
            cancellationToken);
    }

    private async Task TakeAsync(
        IPaymentGateway gateway, CreditTransaction purchase, GatewayDispute dispute, CancellationToken cancellationToken)
    {
        var opened = await ApplyAsync(
            new DisputeOrder(purchase.OrganizationId, $"dispute:{gateway.Name}:{dispute.Id}", gateway.Name, purchase.Id,
                dispute.Amount, dispute.Id),
            cancellationToken);
        if (opened is not null && dispute.Status != DisputeStatus.Open)
        {
            await ApplyAsync(
                new ResolveOrder(purchase.OrganizationId, CreditPlan.ResolutionReference(opened.Id), gateway.Name, purchase.Id,
                    opened.Id, dispute.Status == DisputeStatus.Won),
                cancellationToken);
        }
    }

    private Task<CreditTransaction?> FailAsync(
        IPaymentGateway gateway, CreditTransaction purchase, CreditTransaction refund, CancellationToken cancellationToken) =>
        ApplyAsync(
            new RefundFailureOrder(
                purchase.OrganizationId, CreditPlan.FailureReference(refund.Id), gateway.Name, purchase.Id, refund.Id),
            cancellationToken);

    private async Task<CreditTransaction?> ApplyAsync(CreditOrder order, CancellationToken cancellationToken)
    {
        var outcome = await book.ApplyAsync(order, cancellationToken);
        if (outcome.Status == CreditStatus.Refused)
        {
            Log.NotTaken(log, order.Reference, outcome.Reason!);
        }
        else if (outcome.Status == CreditStatus.Posted)
        {
            Log.Taken(log, order.Reference, outcome.Transaction!.Kind, outcome.Transaction.Paid);
        }

        return outcome.Transaction;
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Information, "{Reference} is in the books: {Kind}, {Paid} USD at the gateway.")]
        public static partial void Taken(ILogger logger, string reference, CreditKind kind, Money paid);

        [LoggerMessage(4011, LogLevel.Error, "{Reference} does not fit the books: {Reason}")]
        public static partial void NotTaken(ILogger logger, string reference, string reason);

        [LoggerMessage(4012, LogLevel.Error,
            "The refund of payment {Payment} was refused by {Gateway}; its credits are back: {Reason}")]
        public static partial void RefundFailed(ILogger logger, Guid payment, string gateway, string reason);
    }
}
