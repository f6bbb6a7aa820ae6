using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /credits/auto-top-up</c>: buying credits when they run low.</summary>
internal sealed class ReadTopUp(IPaymentStore payments) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var account = await payments.GetAccountAsync(caller.OrganizationId, context.RequestAborted);
        return TypedResults.Json(new TopUpResponse(TopUpView.Of(account)), PaymentsJson.Default.TopUpResponse);
    }
}

/// <summary><c>PUT /credits/auto-top-up</c>: sets it. Needs a saved card to be switched on; switching it on forgets failures.
/// </summary>
internal sealed class SetTopUp(IPaymentStore payments, PaymentOptions options) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var token = context.RequestAborted;
        var account = await payments.GetAccountAsync(caller.OrganizationId, token);
        var known = account.TopUp.Rule;
        var body = await JsonBody.ReadAsync(context.Request);
        var forgetsCard = body.Flag("forget_card").Or(false);
        var rule = new TopUpRule(
            body.Flag("enabled").Or(known.Enabled),
            body.Dollars("threshold").Or(known.Threshold) ?? Money.Zero,
            body.Dollars("amount").Or(known.Amount) ?? Money.Zero,
            body.Dollars("daily_cap").Or(known.DailyCap) ?? Money.Zero);
        if (rule.Enabled)
        {
            Check(body, rule, account, forgetsCard);
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        if (forgetsCard)
        {
            await payments.SetCardAsync(caller.OrganizationId, null, token);
        }

        await payments.SetTopUpAsync(caller.OrganizationId, rule, token);
        account = await payments.GetAccountAsync(caller.OrganizationId, token);
        return TypedResults.Json(new TopUpResponse(TopUpView.Of(account)), PaymentsJson.Default.TopUpResponse);
    }

    private void Check(JsonBody body, TopUpRule rule, PaymentAccount account, bool forgetsCard)
    {
        if (account.Card is null || forgetsCard)
        {
            body.Refuse("enabled", "needs a saved card: buy credits once with 'save_card'.");
        }

        if (options.Refuse(rule.Amount) is { } reason)
        {
            body.Refuse("amount", reason);
        }

        if (rule.Threshold <= Money.Zero)
        {
            body.Refuse("threshold", "must be more than zero.");
        }

        if (rule.DailyCap < rule.Amount)
        {
            body.Refuse("daily_cap", "must be at least the amount.");
        }
    }
}
