using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /key</c>: the key of this request; the master key shows the spending of the default workspace. Answered
/// from memory.</summary>
internal sealed class ReadCurrentKey(HoldBook holds) : IOperation
{
    public Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var level = caller.IsMaster ? BudgetLevel.Workspace : BudgetLevel.Key;
        var view = CurrentKeyView.Of(caller, holds.GetSpending(caller.Budgets, level) ?? default);
        return Task.FromResult<IResult>(
            TypedResults.Json(new CurrentKeyResponse(view), CurrentKeyJson.Default.CurrentKeyResponse));
    }
}
