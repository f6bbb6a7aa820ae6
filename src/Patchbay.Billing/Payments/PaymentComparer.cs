using Microsoft.Extensions.Logging;

namespace Patchbay.Billing;

/// <summary>Compares the gateways with the books, so that no lost message loses money: everything that happened at a gateway
/// since the last time, every payment that is not done, and every refund of the last days.</summary>
/// <param name="desk">Deals with what is found.</param>
/// <param name="payments">Payments and how far the comparison is.</param>
/// <param name="credits">The books.</param>
/// <param name="gateways">The gateways that are set up.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class PaymentComparer(
    PaymentDesk desk,
    IPaymentStore payments,
    ICreditStore credits,
    IEnumerable<IPaymentGateway> gateways,
    TimeProvider clock,
    ILogger<PaymentComparer> log)
{
    // Gateways list what was made a moment ago only a moment later.
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstLookBack = TimeSpan.FromDays(29);
    private static readonly TimeSpan OpenFor = TimeSpan.FromDays(30);
    private static readonly TimeSpan RefundsOf = TimeSpan.FromDays(7);

    /// <summary>Compares all. A gateway that cannot be asked is left for the next time. Returns how many payments were
    /// credited by it.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var credited = 0;
        foreach (var gateway in gateways)
        {
            try
            {
                credited += await RunAsync(gateway, cancellationToken);
            }
            catch (GatewayException exception)
            {
                Log.NotCompared(log, gateway.Name, exception.Message);
            }
        }

        return credited;
    }

    private async Task<int> RunAsync(IPaymentGateway gateway, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = await payments.GetComparedAsync(gateway.Name, cancellationToken) is { } last
            ? last - Overlap
            : now - FirstLookBack;
        var credited = 0;
        foreach (var payment in await payments.ListOpenAsync(gateway.Name, now - OpenFor, cancellationToken))
        {
            await TryAsync(payment.Id.ToString("D"), () => desk.SynchronizeAsync(gateway, payment, null, cancellationToken));
        }

        foreach (var refund in await credits.ListRefundsAsync(gateway.Name, now - RefundsOf, cancellationToken))
        {
            if (await credits.FindAsync(refund.RelatedId!.Value, refund.OrganizationId, cancellationToken) is { } purchase
                && await payments.FindAsync(gateway.Name, null, purchase.ExternalId, cancellationToken) is { } payment)
            {
                await TryAsync(payment.Id.ToString("D"), () => desk.SynchronizeAsync(gateway, payment, null, cancellationToken));
            }
        }

        var isWhole = true;
        await foreach (var found in gateway.ListAsync(since, cancellationToken))
        {
            isWhole &= await TryAsync(found.PaymentId ?? found.Id, () => desk.HandleAsync(gateway, found, cancellationToken));
        }

        // What was listed and left has to be listed again.
        if (isWhole)
        {
            await payments.SetComparedAsync(gateway.Name, now, now - OpenFor, cancellationToken);
        }

        Log.Compared(log, gateway.Name, credited);
        return credited;

        // One that the gateway does not answer for keeps no other from being compared.
        async Task<bool> TryAsync(string id, Func<Task<MessageOutcome>> handle)
        {
            try
            {
                credited += await handle() == MessageOutcome.Credited ? 1 : 0;
                return true;
            }
            catch (GatewayException exception)
            {
                Log.Left(log, id, gateway.Name, exception.Message);
                return false;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Debug, "{Gateway} was compared with the books; {Credited} payments had been missed.")]
        public static partial void Compared(ILogger logger, string gateway, int credited);

        [LoggerMessage(4021, LogLevel.Warning, "{Gateway} cannot be compared with the books now: {Reason}")]
        public static partial void NotCompared(ILogger logger, string gateway, string reason);

        [LoggerMessage(4022, LogLevel.Warning, "Payment {Payment} at {Gateway} cannot be compared with the books now: {Reason}")]
        public static partial void Left(ILogger logger, string payment, string gateway, string reason);
    }
}
