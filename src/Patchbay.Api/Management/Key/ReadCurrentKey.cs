using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /key</c>: the key of this request; the master key shows the spending of the default workspace. Answered
/// from memory where the server is alone.</summary>
internal sealed class ReadCurrentKey(HoldBook holds, FreeTierGate? freeTier = null) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var level = caller.IsMaster ? BudgetLevel.Workspace : BudgetLevel.Key;
        var spending = await holds.ReadSpendingAsync(caller.Budgets, level, context.RequestAborted);
        return TypedResults.Json(
            new CurrentKeyResponse(CurrentKeyView.Of(caller, spending ?? default, await ReadFreeAsync(caller, context.RequestAborted))),
            CurrentKeyJson.Default.CurrentKeyResponse);
    }

    // The rest of the answer does not depend on the database; neither does the answer.
    private async ValueTask<FreeTierStanding?> ReadFreeAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (freeTier is null)
        {
            return null;
        }

        try
        {
            return await freeTier.ReadAsync(caller.OrganizationId, cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }
}
