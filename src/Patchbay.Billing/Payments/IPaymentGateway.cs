using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>A company that takes payments for us. Thread-safe. Every call throws <see cref="GatewayException"/>.</summary>
public interface IPaymentGateway
{
    /// <summary>Its name in the books: <see cref="LedgerAccount.Stripe"/> or <see cref="LedgerAccount.Crypto"/>.</summary>
    string Name { get; }

    /// <summary>The only currency that is taken, as the gateway writes it.</summary>
    string Currency { get; }

    /// <summary>Whether real money moves; false for the gateway's test mode.</summary>
    bool IsLive { get; }

    /// <summary>Makes a page where the payer pays. The same payment twice makes one page.</summary>
    Task<CheckoutPage> StartAsync(Payment payment, string? customerId, CancellationToken cancellationToken);

    /// <summary>Reads what became of a payment from the gateway itself; null when it knows nothing of it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="hint">A message about it, whose ids help while ours are not known; null without one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<PaymentFacts?> ReadAsync(Payment payment, GatewayEvent? hint, CancellationToken cancellationToken);

    /// <summary>Reads whose payment a message is about; null when the gateway does not have it or it bears no mark.</summary>
    Task<OrderMark?> ReadMarkAsync(GatewayEvent about, CancellationToken cancellationToken);

    /// <summary>Reads an authentic message; null when it is none of the gateway's form.</summary>
    GatewayEvent? ParseEvent(ReadOnlyMemory<byte> body);

    /// <summary>What the gateway would have sent messages about since a time, whether they arrived or not.</summary>
    IAsyncEnumerable<GatewayEvent> ListAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>A gateway that keeps cards and gives money back.</summary>
public interface ICardGateway : IPaymentGateway
{
    /// <summary>Makes a customer; the same one for the same organization.</summary>
    Task<string> CreateCustomerAsync(Guid organizationId, Buyer buyer, CancellationToken cancellationToken);

    /// <summary>Charges a saved card without its owner. The same payment twice charges once.</summary>
    Task<PaymentFacts> ChargeAsync(Payment payment, SavedCard card, CancellationToken cancellationToken);

    /// <summary>Gives money back. The same reference twice gives it back once.</summary>
    Task<GatewayRefund> RefundAsync(Payment payment, Money amount, string reference, CancellationToken cancellationToken);
}

/// <summary>Where somebody pays.</summary>
/// <param name="Id">The gateway's id of the page.</param>
/// <param name="Url">Its address.</param>
public sealed record CheckoutPage(string Id, string Url);

/// <summary>What we write on everything at a gateway, so that it can be told from others'.</summary>
/// <param name="Installation">The installation.</param>
/// <param name="OrganizationId">The organization.</param>
/// <param name="PaymentId">Our id of the payment.</param>
public sealed record OrderMark(Guid Installation, Guid OrganizationId, Guid PaymentId);

/// <summary>A gateway's message. It is only a reason to look: nothing in it is believed.</summary>
/// <param name="Id">The message's own id.</param>
/// <param name="Type">What the gateway calls it.</param>
/// <param name="IsLive">Whether real money moves.</param>
/// <param name="CheckoutId">The page it is about.</param>
/// <param name="PaymentId">The payment it is about.</param>
public sealed record GatewayEvent(string Id, string Type, bool IsLive, string? CheckoutId, string? PaymentId);
