using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Sells credits. A message of a gateway is only a reason to look: what was paid, given back and disputed is read from
/// the gateway itself, compared with what was ordered, and brought into the books. So it does not matter how often, in which
/// order or whether messages come.</summary>
/// <param name="payments">Payments and payers.</param>
/// <param name="credits">The books, for reading.</param>
/// <param name="book">The books, for changes.</param>
/// <param name="gateways">The gateways that are set up.</param>
/// <param name="options">What the operator has decided.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The log; never gets secrets or what a gateway wrote.</param>
public sealed partial class PaymentDesk(
    IPaymentStore payments,
    ICreditStore credits,
    CreditBook book,
    IEnumerable<IPaymentGateway> gateways,
    PaymentOptions options,
    TimeProvider clock,
    ILogger<PaymentDesk> log)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    private readonly IPaymentGateway[] _gateways = [.. gateways];
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _asked = new();

    /// <summary>The gateway of this name; null when it is not set up.</summary>
    public IPaymentGateway? Find(string gateway) => Array.Find(_gateways, known => known.Name == gateway);

    /// <summary>Begins a payment that somebody makes on the gateway's page. The same id twice gives the same page.</summary>
    /// <exception cref="GatewayException">The gateway did not make one.</exception>
    public async Task<Payment> StartAsync(IPaymentGateway gateway, Payment wanted, CancellationToken cancellationToken)
    {
        var account = await payments.GetAccountAsync(wanted.OrganizationId, cancellationToken);
        var payment = await payments.AddAsync(wanted with { Buyer = account.Buyer }, cancellationToken);
        if (payment.Url is not null)
        {
            return payment;
        }

        try
        {
            var customer = account.CustomerId;
            if (payment.SavesCard && customer is null && gateway is ICardGateway cards)
            {
                customer = await cards.CreateCustomerAsync(payment.OrganizationId, account.Buyer, cancellationToken);
                await payments.SetCustomerAsync(payment.OrganizationId, customer, cancellationToken);
            }

            var page = await gateway.StartAsync(payment, gateway is ICardGateway ? customer : null, cancellationToken);
            payment = payment with { State = PaymentState.Open, CheckoutId = page.Id, Url = page.Url, Problem = null };
            await payments.UpdateAsync(payment, cancellationToken);
            return payment;
        }
        catch (GatewayException exception)
        {
            Log.NotStarted(log, payment.Id, gateway.Name, exception.Message);
            if (exception.IsFinal)
            {
                await payments.UpdateAsync(
                    payment with { State = PaymentState.Failed, Problem = exception.Message }, cancellationToken);
            }

            throw;
        }
    }

    /// <summary>Deals with a message that is known to come from the gateway, or that the gateway itself has listed.</summary>
    /// <exception cref="GatewayException">The gateway cannot be asked now: the message must come again.</exception>
    public async Task<MessageOutcome> HandleAsync(
        IPaymentGateway gateway, GatewayEvent message, CancellationToken cancellationToken)
    {
        if (await payments.IsKnownAsync(gateway.Name, message.Id, cancellationToken))
        {
            return MessageOutcome.Repeated;
        }

        var outcome = await HandleNewAsync(gateway, message, cancellationToken);
        await payments.RememberAsync(
            gateway.Name, message.Id, message.Type, outcome.ToString(), clock.GetUtcNow(), cancellationToken);
        return outcome;
    }

    /// <summary>Brings the books into line with the gateway for one payment.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="hint">The message that is the reason; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GatewayException">The gateway cannot be asked now.</exception>
    public async Task<MessageOutcome> SynchronizeAsync(
        IPaymentGateway gateway, Payment payment, GatewayEvent? hint, CancellationToken cancellationToken)
    {
        var facts = await gateway.ReadAsync(payment, hint, cancellationToken);
        return facts is null ? MessageOutcome.Ignored : await SettleAsync(gateway, payment, facts, cancellationToken);
    }

    /// <summary>The same for somebody who waits for a payment: this server asks once in five seconds, however often it is
    /// asked.</summary>
    /// <exception cref="GatewayException">The gateway cannot be asked now.</exception>
    public async Task RefreshAsync(IPaymentGateway gateway, Payment payment, CancellationToken cancellationToken)
    {
        if (_asked.Count >= MostRemembered)
        {
            _asked.Clear();
        }

        var now = clock.GetUtcNow();
        var isDue = _asked.TryGetValue(payment.Id, out var last)
            ? now - last >= AskEvery && _asked.TryUpdate(payment.Id, now, last)
            : _asked.TryAdd(payment.Id, now);
        if (isDue)
        {
            await SynchronizeAsync(gateway, payment, null, cancellationToken);
        }
    }

    /// <summary>Brings into the books what a gateway has just said of a payment.</summary>
    public async Task<MessageOutcome> SettleAsync(
        IPaymentGateway gateway, Payment payment, PaymentFacts facts, CancellationToken cancellationToken)
    {
        if (FindContradiction(gateway, payment, facts) is { } reason)
        {
            Log.Refused(log, payment.Id, gateway.Name, reason);
            await payments.UpdateAsync(payment with { State = PaymentState.Refused, Problem = reason }, cancellationToken);
            return MessageOutcome.Refused;
        }

        var known = payment with
        {
            State = facts.State,
            CheckoutId = payment.CheckoutId ?? facts.CheckoutId,
            PaymentId = payment.PaymentId ?? facts.PaymentId,
            Problem = facts.State == PaymentState.Paid ? null : facts.Problem,
        };
        if (facts.State != PaymentState.Paid)
        {
            await payments.UpdateAsync(known, cancellationToken);
            return MessageOutcome.Noted;
        }

        var purchase = new PurchaseOrder(
            payment.OrganizationId, $"purchase:{payment.Id:N}", gateway.Name, payment.Amount, payment.Fee, gateway.Name,
            facts.PaymentId!);
        var outcome = await book.ApplyAsync(purchase, cancellationToken);
        if (outcome.Transaction is not { } bought)
        {
            Log.Refused(log, payment.Id, gateway.Name, outcome.Reason!);
            await payments.UpdateAsync(
                payment with { State = PaymentState.Refused, Problem = outcome.Reason }, cancellationToken);
            return MessageOutcome.Refused;
        }

        if (payment.SavesCard && payment.State != PaymentState.Paid && facts.Card is { } card)
        {
            await payments.SetCardAsync(payment.OrganizationId, card, cancellationToken);
        }

        await payments.UpdateAsync(known, cancellationToken);
        if (outcome.Status == CreditStatus.Posted)
        {
            Log.Credited(log, payment.Id, gateway.Name, payment.Amount);
        }

        await new PaymentReversals(credits, book, log).RunAsync(gateway, known, bought, facts, cancellationToken);
        return outcome.Status == CreditStatus.Posted ? MessageOutcome.Credited : MessageOutcome.Noted;
    }

    /// <summary>Gives the unused part of a purchase back: first the credits are taken, then the gateway is told. When it
    /// cannot be told now, it is told later.</summary>
    /// <param name="purchase">The purchase's transaction.</param>
    /// <param name="id">Names the refund; the same twice has one effect.</param>
    /// <param name="amount">How much, in whole cents; null for all that is unused.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CreditOutcome> RefundAsync(
        CreditTransaction purchase, Guid id, Money? amount, string actor, CancellationToken cancellationToken)
    {
        var order = new RefundOrder(
            purchase.OrganizationId, $"refund:{id:N}", actor, purchase.Id, amount, options.RefundWindow)
        {
            Unit = FeeSchedule.Cent,
        };
        var outcome = await book.ApplyAsync(order, cancellationToken);
        if (outcome.Transaction is null || Find(purchase.Gateway!) is not { } gateway
            || await payments.FindAsync(gateway.Name, null, purchase.ExternalId, cancellationToken) is not { } payment)
        {
            return outcome;
        }

        try
        {
            await SynchronizeAsync(gateway, payment, null, cancellationToken);
        }
        catch (GatewayException exception)
        {
            Log.RefundWaits(log, payment.Id, gateway.Name, exception.Message);
        }

        return outcome;
    }

    private async Task<MessageOutcome> HandleNewAsync(
        IPaymentGateway gateway, GatewayEvent message, CancellationToken cancellationToken)
    {
        if (message.CheckoutId is null && message.PaymentId is null)
        {
            return MessageOutcome.Ignored;
        }

        if (message.IsLive != gateway.IsLive)
        {
            Log.MessageRefused(log, gateway.Name, message.Type, "it is of the other mode, test or live");
            return MessageOutcome.Refused;
        }

        var payment = await payments.FindAsync(gateway.Name, message.CheckoutId, message.PaymentId, cancellationToken);
        if (payment is null)
        {
            var mark = await gateway.ReadMarkAsync(message, cancellationToken);
            if (mark is null || mark.Installation != options.Installation)
            {
                return MessageOutcome.Ignored;
            }

            payment = await payments.FindAsync(mark.PaymentId, cancellationToken);
            if (payment is null || payment.OrganizationId != mark.OrganizationId || payment.Gateway != gateway.Name)
            {
                Log.MessageRefused(log, gateway.Name, message.Type, "it bears our mark, but there is no such order here");
                return MessageOutcome.Refused;
            }
        }

        return await SynchronizeAsync(gateway, payment, message, cancellationToken);
    }

    private string? FindContradiction(IPaymentGateway gateway, Payment payment, PaymentFacts facts)
    {
        var mark = new OrderMark(options.Installation, payment.OrganizationId, payment.Id);
        return payment.Gateway != gateway.Name ? "it was ordered at another gateway"
            : facts.Mark != mark ? "it bears another order's mark"
            : Differs(payment.CheckoutId, facts.CheckoutId) ? "it was paid on another page than the order's"
            : Differs(payment.PaymentId, facts.PaymentId) ? "another payment claims the order"
            : facts.IsLive != gateway.IsLive ? "it is of the other mode, test or live"
            : facts.State != PaymentState.Paid ? null
            : facts.PaymentId is null ? "it has no payment"
            : facts.Currency != gateway.Currency ? "it was paid in another currency"
            : facts.Received != payment.Total ? "another amount was paid than was ordered"
            : null;
    }

    private static bool Differs(string? ours, string? theirs) => ours is not null && theirs is not null && ours != theirs;

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Information, "Payment {Payment} at {Gateway} was credited: {Amount} USD.")]
        public static partial void Credited(ILogger logger, Guid payment, string gateway, Money amount);

        [LoggerMessage(4002, LogLevel.Error, "Payment {Payment} at {Gateway} is not credited: {Reason}.")]
        public static partial void Refused(ILogger logger, Guid payment, string gateway, string reason);

        [LoggerMessage(4003, LogLevel.Warning, "A message of {Gateway} ({Type}) was refused: {Reason}.")]
        public static partial void MessageRefused(ILogger logger, string gateway, string type, string reason);

        [LoggerMessage(4004, LogLevel.Warning, "Payment {Payment} could not be begun at {Gateway}: {Reason}")]
        public static partial void NotStarted(ILogger logger, Guid payment, string gateway, string reason);

        [LoggerMessage(4005, LogLevel.Warning, "The refund of payment {Payment} waits for {Gateway}: {Reason}")]
        public static partial void RefundWaits(ILogger logger, Guid payment, string gateway, string reason);
    }
}

/// <summary>What became of a message.</summary>
public enum MessageOutcome
{
    /// <summary>Credits were added by it.</summary>
    Credited,

    /// <summary>It was about a payment of ours; the books say what the gateway says.</summary>
    Noted,

    /// <summary>It had come before.</summary>
    Repeated,

    /// <summary>It is about nothing of ours.</summary>
    Ignored,

    /// <summary>It contradicts what was ordered; nothing was credited.</summary>
    Refused,
}
