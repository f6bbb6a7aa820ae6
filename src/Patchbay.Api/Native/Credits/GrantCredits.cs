using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>POST /credits/grants</c>: the operator gives credits, which stay, or with <c>expires_at</c> a promotion, which is
/// used first and ends then.</summary>
internal sealed class GrantCredits(CreditBook credits, DefaultTenant tenant, TimeProvider clock) : IOperation
{
    private const int LongestText = 200;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (caller.OrganizationId != tenant.Organization.Id)
        {
            return new ErrorResult(new GatewayError(
                GatewayErrorKind.Forbidden, "Only the organization that runs this server may grant credits."));
        }

        var now = clock.GetUtcNow();
        var body = await JsonBody.ReadAsync(context.Request);
        var amount = body.Dollars("amount").Or(null);
        var expires = body.TimeAfter("expires_at", now).Or(null);
        var note = body.Text("note", LongestText);
        var reference = body.Text("reference", LongestText);
        if (amount is not { } given || given <= Money.Zero)
        {
            body.Refuse("amount", "is required: US dollars, more than zero.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var order = new GrantOrder(
            caller.OrganizationId,
            reference.IsPresent ? $"grant:{reference.Value}" : $"grant:{IdempotentExecution.NewId(context, now):N}",
            CatalogueAccess.AuthorOf(caller),
            amount!.Value,
            expires)
        {
            Note = note.IsPresent ? note.Value : null,
        };
        var outcome = await credits.ApplyAsync(order, CancellationToken.None);
        return outcome.Transaction is { } credit
            ? TypedResults.Json(
                new CreditTransactionResponse(CreditTransactionView.Of(credit)),
                CreditsJson.Default.CreditTransactionResponse,
                statusCode: outcome.Status == CreditStatus.Posted ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : new ErrorResult(new GatewayError(GatewayErrorKind.Conflict, outcome.Reason!));
    }
}
