using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /credits/transactions</c>: every change of the organization's funds other than by use, the newest first.
/// </summary>
internal sealed class ListCreditTransactions(ICreditStore credits) : IOperation
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

        var found = await credits.ListAsync(caller.OrganizationId, offset, limit, context.RequestAborted);
        var views = new List<CreditTransactionView>(found.Count);
        foreach (var credit in found)
        {
            views.Add(CreditTransactionView.Of(credit));
        }

        return TypedResults.Json(new CreditTransactionsResponse(views), CreditsJson.Default.CreditTransactionsResponse);
    }
}
