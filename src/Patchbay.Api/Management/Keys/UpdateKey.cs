using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>PATCH /keys/{hash}</c>: changes the members that the body has, and no other. The change counts from the
/// next request on.</summary>
internal sealed class UpdateKey(IApiKeyStore keys, HoldBook holds, CallerDirectory callers, TimeProvider clock) : IOperation
{
    // One change at a time: changes of different members do not undo each other, and the limit in memory is the one that
    // was stored last.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var hash = context.GetRouteValue("hash") as string;
        var body = await JsonBody.ReadAsync(context.Request);
        var name = body.Text("name", CreateKey.LongestName);
        var disabled = body.Flag("disabled");
        var limit = body.Dollars("limit");
        var reset = body.Interval("limit_reset");
        var includeByok = body.Flag("include_byok_in_limit");
        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await Turn.WaitAsync(context.RequestAborted);
        try
        {
            if (await keys.FindAsync(hash, caller.OrganizationId, context.RequestAborted) is not { } key)
            {
                return KeyLookup.NotFound;
            }

            var changed = key with
            {
                Name = name.Or(key.Name),
                Disabled = disabled.Or(key.Disabled),
                Limit = limit.Or(key.Limit),
                LimitReset = reset.Or(key.LimitReset),
                IncludeByokInLimit = includeByok.Or(key.IncludeByokInLimit),
            };
            if (changed != key)
            {
                changed = changed with
                {
                    UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
                };
                if (!await StoreAsync(changed))
                {
                    return KeyLookup.NotFound;
                }
            }

            var view = await holds.ShowAsync(changed, context.RequestAborted);
            return TypedResults.Json(new KeyResponse(view), KeyJson.Default.KeyResponse);
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task<bool> StoreAsync(ApiKey key)
    {
        try
        {
            if (!await keys.UpdateAsync(key, CancellationToken.None))
            {
                return false;
            }
        }
        finally
        {
            // Also when the database did not say whether it kept the change.
            callers.Forget(key.Hash);
        }

        var scope = new BudgetScope(BudgetLevel.Key, key.Id);
        holds.SetBudgets(
            key.OrganizationId, scope, key.Limit is { } limit ? [new Budget(scope, key.LimitReset, limit) { IncludesByok = key.IncludeByokInLimit }] : []);
        return true;
    }
}
