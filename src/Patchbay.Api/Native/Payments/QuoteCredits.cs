using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>POST /credits/quote</c>: what credits cost, before anything is paid.</summary>
internal sealed class QuoteCredits(PaymentDesk desk, PaymentOptions options) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var amount = ReadAmount(body, options);
        var method = PaymentMethod.Read(body, desk);
        return body.FindFault() is { } fault
            ? new ErrorResult(fault)
            : TypedResults.Json(
                new QuoteResponse(QuoteView.Of(method, amount, options)), PaymentsJson.Default.QuoteResponse);
    }

    /// <summary>Reads the member <c>amount</c>; notes a fault when it cannot be bought.</summary>
    public static Money ReadAmount(JsonBody body, PaymentOptions options)
    {
        var amount = body.Dollars("amount").Or(null) ?? Money.Zero;
        if (options.Refuse(amount) is { } reason)
        {
            body.Refuse("amount", reason);
        }

        return amount;
    }
}
