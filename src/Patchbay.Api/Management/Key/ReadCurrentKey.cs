using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /key</c>: the key of this request; the master key shows the spending of the default workspace. Answered
/// from memory where the server is alone.</summary>
internal sealed class ReadCurrentKey(HoldBook holds) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var level = caller.IsMaster ? BudgetLevel.Workspace : BudgetLevel.Key;
        var spending = await holds.ReadSpendingAsync(caller.Budgets, level, context.RequestAborted);
        return TypedResults.Json(
            new CurrentKeyResponse(CurrentKeyView.Of(caller, spending ?? default)), CurrentKeyJson.Default.CurrentKeyResponse);
    }
}
