using System.Globalization;
using Microsoft.Extensions.Logging;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Buys credits with a saved card when they run low. One payment at a time: the next can only begin when the last has
/// been credited or has failed, and each has a number that is given out once, so that several servers charge once.</summary>
/// <param name="payments">Payments and payers.</param>
/// <param name="credits">The balances.</param>
/// <param name="desk">Brings payments into the books.</param>
/// <param name="gateway">The gateway that keeps the cards.</param>
/// <param name="options">What the operator has decided.</param>
/// <param name="notices">Learns what the owner should know.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class TopUpDesk(
    IPaymentStore payments,
    ICreditStore credits,
    PaymentDesk desk,
    ICardGateway gateway,
    PaymentOptions options,
    IPaymentNotices notices,
    TimeProvider clock,
    ILogger<TopUpDesk> log)
{
    // Stripe forgets idempotency keys after a day: what nobody has heard of by then is given up, and a new one may begin.
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(23);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>Looks at every payer once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var account in await payments.ListTopUpsAsync(cancellationToken))
        {
            try
            {
                await LookAsync(account, cancellationToken);
            }
            catch (GatewayException exception)
            {
                Log.Waits(log, account.OrganizationId, exception.Message);
                await payments.PostponeTopUpAsync(
                    account.OrganizationId, clock.GetUtcNow() + Shorter(AskAgainAfter, options.TopUpRetryAfter), cancellationToken);
            }
        }
    }

    private async Task LookAsync(PaymentAccount account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (account.TopUp.NextAt > now)
        {
            return;
        }

        if (account.TopUp.PendingId is { } pendingId)
        {
            if (await payments.FindAsync(pendingId, cancellationToken) is { } pending)
            {
                await GoOnAsync(account, pending, cancellationToken);
            }

            return;
        }

        if (account.Card is not { } card)
        {
            return;
        }

        var funds = await credits.GetAccountAsync(account.OrganizationId, cancellationToken);
        var rule = account.TopUp.Rule;
        if (funds.IsFrozen || funds.Funds >= rule.Threshold)
        {
            return;
        }

        var sequence = account.TopUp.Sequence + 1;
        var payment = new Payment
        {
            Id = Guid.CreateVersion7(now),
            OrganizationId = account.OrganizationId,
            Gateway = gateway.Name,
            Kind = PaymentKind.TopUp,
            Amount = rule.Amount,
            Fee = options.FeeOf(gateway.Name).FeeFor(rule.Amount),
            Reference = string.Create(CultureInfo.InvariantCulture, $"topup:{account.OrganizationId:N}:{sequence}"),
            Buyer = account.Buyer,
            CreatedAt = now,
        };
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (await payments.TryBeginTopUpAsync(payment, sequence, day, cancellationToken))
        {
            Log.Begun(log, payment.Reference, payment.Amount);
            await ChargeAsync(account, payment, card, cancellationToken);
        }
    }

    private async Task GoOnAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken)
    {
        switch (payment.State)
        {
            case PaymentState.Paid:
                await SucceedAsync(payment, cancellationToken);
                break;
            case PaymentState.Failed or PaymentState.Expired or PaymentState.Refused:
                await FailAsync(account, payment, payment.Problem ?? "it failed", cancellationToken);
                break;
            case PaymentState.Open:
                await desk.SynchronizeAsync(gateway, payment, null, cancellationToken);
                await payments.PostponeTopUpAsync(
                    account.OrganizationId, clock.GetUtcNow() + Shorter(AskAgainAfter, options.TopUpRetryAfter), cancellationToken);
                break;
            default:
                // Charged again only for an owner who still wants it. What went through unheard is credited when it is heard of.
                if (account.TopUp.Rule.Enabled && account.Card is { } card
                    && clock.GetUtcNow() - payment.CreatedAt < GiveUpAfter)
                {
                    await ChargeAsync(account, payment, card, cancellationToken);
                }
                else
                {
                    const string Problem = "the gateway did not say what became of it";
                    await payments.UpdateAsync(
                        payment with { State = PaymentState.Failed, Problem = Problem }, cancellationToken);
                    await FailAsync(account, payment, Problem, cancellationToken);
                }

                break;
        }
    }

    private async Task ChargeAsync(
        PaymentAccount account, Payment payment, SavedCard card, CancellationToken cancellationToken)
    {
        PaymentFacts facts;
        try
        {
            facts = await gateway.ChargeAsync(payment, card, cancellationToken);
        }
        catch (GatewayException exception) when (exception.IsFinal)
        {
            var problem = exception.Code ?? exception.Message;
            await payments.UpdateAsync(payment with { State = PaymentState.Failed, Problem = problem }, cancellationToken);
            await FailAsync(account, payment, problem, cancellationToken);
            return;
        }
        catch (GatewayException exception) when (exception is { Code: GatewayConnection.KeyMisused, Status: not 409 })
        {
            // The card has been changed since the payment was begun, so that it cannot be asked for in the same words.
            const string Problem = "the card was changed before the gateway had said what became of it, which is now waited for";
            await notices.TellAsync(
                new PaymentNotice(payment.OrganizationId, payment.Id, payment.Amount, Problem, false), cancellationToken);
            throw;
        }

        await desk.SettleAsync(gateway, payment, facts, cancellationToken);
        if (await payments.FindAsync(payment.Id, cancellationToken) is { State: not PaymentState.Created } now)
        {
            await (now.State switch
            {
                PaymentState.Paid => SucceedAsync(payment, cancellationToken),
                PaymentState.Open => Task.CompletedTask,
                _ => FailAsync(account, now, now.Problem ?? "it failed", cancellationToken),
            });
        }
    }

    private Task SucceedAsync(Payment payment, CancellationToken cancellationToken) =>
        payments.EndTopUpAsync(payment.OrganizationId, payment.Id, new TopUpEnd(0, null, null, false), cancellationToken);

    private async Task FailAsync(
        PaymentAccount account, Payment payment, string problem, CancellationToken cancellationToken)
    {
        var failures = account.TopUp.Failures + 1;
        var isOver = failures >= options.TopUpTries;

        // Told first: whoever ends it after a crash may find that it was told already.
        await notices.TellAsync(
            new PaymentNotice(payment.OrganizationId, payment.Id, payment.Amount, problem, isOver), cancellationToken);
        await payments.EndTopUpAsync(
            payment.OrganizationId,
            payment.Id,
            new TopUpEnd(failures, problem, clock.GetUtcNow() + options.TopUpRetryAfter, isOver),
            cancellationToken);
        if (isOver)
        {
            Log.SwitchedOff(log, payment.OrganizationId, failures, problem);
        }
        else
        {
            Log.Failed(log, payment.Reference, problem);
        }
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static partial class Log
    {
        [LoggerMessage(4030, LogLevel.Information, "Automatic payment {Reference} was begun: {Amount} USD.")]
        public static partial void Begun(ILogger logger, string reference, Money amount);

        [LoggerMessage(4031, LogLevel.Warning, "Automatic payment {Reference} failed: {Problem}.")]
        public static partial void Failed(ILogger logger, string reference, string problem);

        [LoggerMessage(4032, LogLevel.Error,
            "Automatic payments of organization {Organization} are switched off after {Failures} failures: {Problem}.")]
        public static partial void SwitchedOff(ILogger logger, Guid organization, int failures, string problem);

        [LoggerMessage(4033, LogLevel.Warning, "An automatic payment of organization {Organization} waits: {Reason}")]
        public static partial void Waits(ILogger logger, Guid organization, string reason);
    }
}
