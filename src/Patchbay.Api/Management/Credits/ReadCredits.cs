using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /credits</c>: what was put into the organization's credits and what was spent, of one moment: the balance of
/// its accounts is exactly the difference.</summary>
internal sealed class ReadCredits(ICreditStore credits) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var account = await credits.GetAccountAsync(caller.OrganizationId, context.RequestAborted);
        return TypedResults.Json(
            new CreditsResponse(new CreditsView(account.Total, account.Used)), CreditsJson.Default.CreditsResponse);
    }
}

/// <summary>Amounts are USD.</summary>
internal sealed record CreditsView(Money TotalCredits, Money TotalUsage);

internal sealed record CreditsResponse(CreditsView Data);

internal sealed record CreditTransactionResponse(CreditTransactionView Data);

internal sealed record CreditTransactionsResponse(IReadOnlyList<CreditTransactionView> Data);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(CreditsResponse))]
[JsonSerializable(typeof(CreditTransactionResponse))]
[JsonSerializable(typeof(CreditTransactionsResponse))]
internal sealed partial class CreditsJson : JsonSerializerContext;
