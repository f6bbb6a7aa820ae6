using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /credits</c>: what was put into the organization's credits and what was spent. The balance of the
/// account is what was put in less what was spent, so nothing was put in while the two add up to zero.</summary>
internal sealed class ReadCredits(ILedgerStore ledger, HoldBook holds) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var organization = caller.OrganizationId;
        var spent = await holds.GetSpendingAsync(
            organization, new BudgetScope(BudgetLevel.Organization, organization), context.RequestAborted);
        var balance = await ledger.GetBalanceAsync(LedgerAccount.Credits(organization), context.RequestAborted);
        var usage = spent.Credits.Lifetime;
        var view = new CreditsView(Money.Max(balance + usage, Money.Zero), usage);
        return TypedResults.Json(new CreditsResponse(view), CreditsJson.Default.CreditsResponse);
    }
}

/// <summary>Amounts are USD.</summary>
internal sealed record CreditsView(Money TotalCredits, Money TotalUsage);

internal sealed record CreditsResponse(CreditsView Data);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(CreditsResponse))]
internal sealed partial class CreditsJson : JsonSerializerContext;
