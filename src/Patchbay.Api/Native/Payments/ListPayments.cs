using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /credits/payments</c>: orders of credits and how far they are, the newest first.</summary>
internal sealed class ListPayments(IPaymentStore payments) : IOperation
{
    private const int MostRows = 100;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var query = new QueryValues(context.Request);
        var (offset, limit) = query.Page(MostRows, MostRows);
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var found = await payments.ListAsync(caller.OrganizationId, offset, limit, context.RequestAborted);
        return TypedResults.Json(
            new PaymentsResponse([.. found.Select(PaymentView.Of)]), PaymentsJson.Default.PaymentsResponse);
    }
}
