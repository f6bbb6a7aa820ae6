using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Tells owners of failed payments as of everything else: to their alerts' targets.</summary>
internal sealed class PaymentAlerts(IAlertOutbox outbox, TimeProvider clock) : IPaymentNotices
{
    /// <inheritdoc/>
    public Task TellAsync(PaymentNotice notice, CancellationToken cancellationToken) =>
        outbox.AddAsync(AlertText.OfPayment(notice, clock.GetUtcNow()), cancellationToken);
}
