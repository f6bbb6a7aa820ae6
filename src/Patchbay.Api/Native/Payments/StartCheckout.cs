using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>POST /credits/checkout</c>: orders credits and answers with the gateway's page where they are paid.</summary>
internal sealed class StartCheckout(PaymentDesk desk, PaymentOptions options, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = clock.GetUtcNow();
        var body = await JsonBody.ReadAsync(context.Request);
        var amount = QuoteCredits.ReadAmount(body, options);
        var method = PaymentMethod.Read(body, desk);
        var savesCard = body.Flag("save_card").Or(false);
        if (savesCard && method.Gateway != LedgerAccount.Stripe)
        {
            body.Refuse("save_card", "is for cards.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var id = IdempotentExecution.NewId(context, now);
        var wanted = new Payment
        {
            Id = id,
            OrganizationId = caller.OrganizationId,
            Gateway = method.Gateway,
            Kind = PaymentKind.Checkout,
            Amount = amount,
            Fee = options.FeeOf(method.Gateway).FeeFor(amount),
            Reference = $"checkout:{id:N}",
            SavesCard = savesCard,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
        };
        try
        {
            var payment = await desk.StartAsync(desk.Find(method.Gateway)!, wanted, context.RequestAborted);
            return TypedResults.Json(
                new PaymentResponse(PaymentView.Of(payment)), PaymentsJson.Default.PaymentResponse,
                statusCode: StatusCodes.Status201Created);
        }
        catch (GatewayException exception)
        {
            return new ErrorResult(new GatewayError(GatewayErrorKind.ProviderUnreachable, exception.Message)
            {
                Provider = method.Company,
            });
        }
    }
}
