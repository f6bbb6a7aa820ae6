using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /credits/payments/{id}</c>: one order. Where it is not done, the gateway is asked first (once in five seconds), so that a payer who
/// comes back sees the credits at once.</summary>
internal sealed class ReadPayment(IPaymentStore payments, PaymentDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context, caller) is not { } payment)
        {
            return ErrorResult.NotFound("such payment");
        }

        if (payment.State == PaymentState.Open && desk.Find(payment.Gateway) is { } gateway)
        {
            try
            {
                await desk.RefreshAsync(gateway, payment, context.RequestAborted);
                payment = await FindAsync(context, caller) ?? payment;
            }
            catch (GatewayException)
            {
                // Shown as it was known last.
            }
        }

        return TypedResults.Json(new PaymentResponse(PaymentView.Of(payment)), PaymentsJson.Default.PaymentResponse);
    }

    private async Task<Payment?> FindAsync(HttpContext context, Caller caller) =>
        Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id)
        && await payments.FindAsync(id, context.RequestAborted) is { } payment
        && payment.OrganizationId == caller.OrganizationId
            ? payment
            : null;
}
