using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>POST /credits/purchases/{id}/refund</c>: gives the unused part of a purchase back, within the window. The fee
/// stays.</summary>
internal sealed class RefundPurchase(ICreditStore credits, PaymentDesk desk, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var amount = body.Dollars("amount").Or(null);
        if (amount is { } wanted && (wanted <= Money.Zero || !FeeSchedule.IsWholeCents(wanted)))
        {
            body.Refuse("amount", "must be more than zero, in whole cents.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        if (!Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id)
            || await credits.FindAsync(id, caller.OrganizationId, context.RequestAborted) is not { Kind: CreditKind.Purchase } purchase)
        {
            return ErrorResult.NotFound("such purchase");
        }

        var outcome = await desk.RefundAsync(
            purchase, IdempotentExecution.NewId(context, clock.GetUtcNow()), amount, CatalogueAccess.AuthorOf(caller),
            CancellationToken.None);
        return outcome.Transaction is { } refund
            ? TypedResults.Json(
                new CreditTransactionResponse(CreditTransactionView.Of(refund)),
                CreditsJson.Default.CreditTransactionResponse,
                statusCode: StatusCodes.Status201Created)
            : new ErrorResult(new GatewayError(GatewayErrorKind.Conflict, outcome.Reason!));
    }
}
