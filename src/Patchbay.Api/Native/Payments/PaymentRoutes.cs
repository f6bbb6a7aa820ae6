using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Patchbay.Api;

/// <summary>Buying credits.</summary>
public static class PaymentRoutes
{
    /// <summary>Serves what the gateways with a secret can do, below the given group; without any it serves nothing, and what
    /// is not served is 404. Needs in the container: the payment desk, its options and stores, and the secrets.</summary>
    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder routes, WebhookSecrets secrets)
    {
        if (secrets.Stripe.Count + secrets.Coinbase.Count == 0)
        {
            return routes;
        }

        routes.MapOperation<QuoteCredits>("POST", "/credits/quote", Access.Management);
        routes.MapOperation<StartCheckout>("POST", "/credits/checkout", Access.Management);
        routes.MapOperation<ListPayments>("GET", "/credits/payments", Access.Management);
        routes.MapOperation<ReadPayment>("GET", "/credits/payments/{id}", Access.Management);
        if (secrets.Stripe.Count > 0)
        {
            routes.MapOperation<RefundPurchase>("POST", "/credits/purchases/{id}/refund", Access.Management);
            routes.MapOperation<ReadTopUp>("GET", "/credits/auto-top-up", Access.Management);
            routes.MapOperation<SetTopUp>("PUT", "/credits/auto-top-up", Access.Management);
            routes.MapPost("/webhooks/stripe", WebhookEndpoint.StripeAsync);
        }

        if (secrets.Coinbase.Count > 0)
        {
            routes.MapPost("/webhooks/coinbase", WebhookEndpoint.CoinbaseAsync);
        }

        return routes;
    }
}
