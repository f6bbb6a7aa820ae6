using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /credits/receipts</c>: the purchases that there are receipts of, the newest first.</summary>
internal sealed class ListReceipts(ICreditStore credits) : IOperation
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

        var found = await credits.ListPurchasesAsync(caller.OrganizationId, offset, limit, context.RequestAborted);
        var receipts = new List<ReceiptView>();
        foreach (var purchase in found)
        {
            var path = $"{context.Request.Path}/{purchase.Id:D}";
            receipts.Add(new ReceiptView(
                purchase.Id, PaperMaker.NumberOf(purchase), purchase.Amount, purchase.Fee, purchase.Paid, path + ".html",
                path + ".pdf", PaymentView.Text(purchase.CreatedAt)));
        }

        return TypedResults.Json(new ReceiptsResponse(receipts), PaymentsJson.Default.ReceiptsResponse);
    }
}

/// <summary><c>GET /credits/receipts/{id}.html</c> and <c>.pdf</c>: the receipt of a purchase.</summary>
internal sealed class ReadReceipt(ICreditStore credits, IPaymentStore payments, Seller seller) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var token = context.RequestAborted;
        if (!Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id)
            || await credits.FindAsync(id, caller.OrganizationId, token) is not { Kind: CreditKind.Purchase } purchase)
        {
            return ErrorResult.NotFound("such receipt");
        }

        var related = await credits.ListAboutAsync(id, caller.OrganizationId, token);
        var payment = await payments.FindAsync(purchase.Gateway!, null, purchase.ExternalId, token);
        return new PaperResult(
            PaperMaker.Receipt(purchase, related, payment, seller.Lines), PaperForm.IsPdf(context));
    }
}

/// <summary><c>GET /credits/invoices/{month}.html</c> and <c>.pdf</c>: all money that moved for credits in a UTC month, such as
/// <c>2026-11</c>.</summary>
internal sealed class ReadInvoice(ICreditStore credits, IPaymentStore payments, Seller seller, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var token = context.RequestAborted;
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (!DateOnly.TryParseExact((string?)context.Request.RouteValues["month"], "yyyy-MM", out var month)
            || month.Year < 2000 || month > today)
        {
            return ErrorResult.NotFound("such month");
        }

        var from = new DateTimeOffset(month, TimeOnly.MinValue, TimeSpan.Zero);
        var moved = await credits.ListBetweenAsync(caller.OrganizationId, from, from.AddMonths(1), token);
        var purchases = new Dictionary<Guid, CreditTransaction>();
        foreach (var credit in moved)
        {
            if (credit.RelatedId is { } id && !purchases.ContainsKey(id)
                && await credits.FindAsync(id, caller.OrganizationId, token) is { } purchase)
            {
                purchases.Add(id, purchase);
            }
        }

        var account = await payments.GetAccountAsync(caller.OrganizationId, token);
        return new PaperResult(
            PaperMaker.Invoice(month, today, caller.OrganizationId, moved, purchases, account.Buyer, seller.Lines),
            PaperForm.IsPdf(context));
    }
}

/// <summary>Which form a path asks for.</summary>
internal static class PaperForm
{
    /// <summary>Whether it ends in <c>.pdf</c>.</summary>
    public static bool IsPdf(HttpContext context) =>
        context.Request.Path.Value?.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) ?? false;
}
