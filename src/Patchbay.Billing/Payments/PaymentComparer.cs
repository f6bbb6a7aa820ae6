using System.Collections.Concurrent;
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

    // Of each of the three parts of a comparison. What is left then comes first the next time.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Gateway, bool IsRefund), Guid> _last = new();

    /// <summary>Compares all, each gateway by itself. A gateway that cannot be asked is left for the next time, and so is what one
    /// that is slow has not answered for after a quarter of an hour. Returns how many payments were credited by it.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var credited = await Task.WhenAll(gateways.Select(gateway => TryAsync(gateway, cancellationToken)));
        return credited.Sum();
    }

    private async Task<int> TryAsync(IPaymentGateway gateway, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(gateway, cancellationToken);
        }
        catch (GatewayException exception)
        {
            Log.NotCompared(log, gateway.Name, exception.Message);
            return 0;
        }
    }

    private async Task<int> RunAsync(IPaymentGateway gateway, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = await payments.GetComparedAsync(gateway.Name, cancellationToken) is { } last
            ? last - Overlap
            : now - FirstLookBack;
        var credited = 0;
        await EachAsync(
            false, await payments.ListOpenAsync(gateway.Name, now - OpenFor, cancellationToken), static payment => payment.Id,
            SynchronizeAsync);
        await EachAsync(
            true, await credits.ListRefundsAsync(gateway.Name, now - RefundsOf, cancellationToken), static refund => refund.Id,
            async refund =>
            {
                if (await credits.FindAsync(refund.RelatedId!.Value, refund.OrganizationId, cancellationToken) is { } purchase
                    && await payments.FindAsync(gateway.Name, null, purchase.ExternalId, cancellationToken) is { } payment)
                {
                    await SynchronizeAsync(payment);
                }
            });

        var isWhole = true;
        var begun = clock.GetTimestamp();
        await foreach (var found in gateway.ListAsync(since, cancellationToken))
        {
            if (clock.GetElapsedTime(begun) >= Longest)
            {
                isWhole = false;
                break;
            }

            isWhole &= await TryAsync(found.PaymentId ?? found.Id, () => desk.HandleAsync(gateway, found, cancellationToken));
        }

        // What was listed and left has to be listed again.
        if (isWhole)
        {
            await payments.SetComparedAsync(gateway.Name, now, now - OpenFor, cancellationToken);
        }

        Log.Compared(log, gateway.Name, credited);
        return credited;

        Task SynchronizeAsync(Payment payment) =>
            TryAsync(payment.Id.ToString("D"), () => desk.SynchronizeAsync(gateway, payment, null, cancellationToken));

        // Begins behind the one that was the last before, so that those in front do not take all the time again.
        async Task EachAsync<T>(bool isRefund, IReadOnlyList<T> all, Func<T, Guid> idOf, Func<T, Task> compare)
        {
            var first = _last.TryRemove((gateway.Name, isRefund), out var last) ? all.ToList().FindIndex(item => idOf(item) == last) + 1 : 0;
            var start = clock.GetTimestamp();
            for (var i = 0; i < all.Count; i++)
            {
                var item = all[(first + i) % all.Count];
                if (i > 0 && clock.GetElapsedTime(start) >= Longest)
                {
                    Log.OutOfTime(log, all.Count - i, gateway.Name);
                    _last[(gateway.Name, isRefund)] = idOf(all[(first + i - 1) % all.Count]);
                    return;
                }

                await compare(item);
            }
        }

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

        [LoggerMessage(4023, LogLevel.Warning, "{Count} payments at {Gateway} wait for the next comparison, since it answers slowly.")]
        public static partial void OutOfTime(ILogger logger, int count, string gateway);

        [LoggerMessage(4022, LogLevel.Warning, "Payment {Payment} at {Gateway} cannot be compared with the books now: {Reason}")]
        public static partial void Left(ILogger logger, string payment, string gateway, string reason);
    }
}
