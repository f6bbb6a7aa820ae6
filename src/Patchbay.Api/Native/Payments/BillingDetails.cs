using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /credits/billing-details</c>: who is named on receipts.</summary>
internal sealed class ReadBillingDetails(IPaymentStore payments) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var account = await payments.GetAccountAsync(caller.OrganizationId, context.RequestAborted);
        return TypedResults.Json(new BuyerResponse(account.Buyer), PaymentsJson.Default.BuyerResponse);
    }
}

/// <summary><c>PUT /credits/billing-details</c>: sets it as a whole; what is absent is empty. Receipts of earlier purchases stay
/// as they are.</summary>
internal sealed class SetBillingDetails(IPaymentStore payments) : IOperation
{
    private const int Longest = 120;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var buyer = new Buyer(
            Read("name"), Read("email"), Read("line1"), Read("line2"), Read("postal_code"), Read("city"), Read("region"),
            Read("country"), Read("tax_id"));
        if (buyer.Email.Length > 0 && buyer.Email.IndexOf('@', StringComparison.Ordinal) is < 1)
        {
            body.Refuse("email", "must be an e-mail address.");
        }

        if (buyer.Country.Length > 0 && (buyer.Country.Length != 2 || !buyer.Country.All(char.IsAsciiLetterUpper)))
        {
            body.Refuse("country", "must be two capital letters, as ISO 3166-1 has them.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await payments.SetBuyerAsync(caller.OrganizationId, buyer, context.RequestAborted);
        return TypedResults.Json(new BuyerResponse(buyer), PaymentsJson.Default.BuyerResponse);

        string Read(string name) => body.Line(name, Longest).Or("");
    }
}
