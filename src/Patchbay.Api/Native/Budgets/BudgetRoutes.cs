using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>Finds whose budgets or forecast a route names: the caller's organization, a workspace or a member of it.</summary>
internal sealed class BudgetScopes(IWorkspaceStore workspaces, IApiKeyStore keys, DefaultTenant tenant)
{
    /// <summary>The scope that the route names, or why there is none.</summary>
    public async Task<(BudgetScope Scope, ErrorResult? Refusal)> ResolveAsync(HttpContext context, Caller caller, bool takesKeys)
    {
        var id = (string)context.GetRouteValue("id")!;
        Guid? found;
        BudgetLevel level;
        switch (context.GetRouteValue("level") as string)
        {
            case "organization":
                level = BudgetLevel.Organization;
                found = Guid.TryParseExact(id, "D", out var own) && own == caller.OrganizationId ? own : null;
                break;
            case "workspace":
                level = BudgetLevel.Workspace;
                found = (await workspaces.FindAsync(caller.OrganizationId, id, context.RequestAborted))?.Id;
                break;
            case "member":
                level = BudgetLevel.Member;
                found = await FindMemberAsync(id, caller, context.RequestAborted);
                break;
            case "key" when takesKeys:
                level = BudgetLevel.Key;
                found = (await keys.FindAsync(id, caller.OrganizationId, context.RequestAborted))?.Id;
                break;
            default:
                return (default, WrongLevel(takesKeys));
        }

        return found is { } scope
            ? (new BudgetScope(level, scope), null)
            : (default, ErrorResult.NotFound($"{BudgetView.NameOf(level)} with this id"));
    }

    // By the id of the membership or of the user; the holder of the master key is the owner.
    private async Task<Guid?> FindMemberAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        if (id == "me")
        {
            return caller.IsMaster ? tenant.Owner.Id : caller.Key!.MemberId;
        }

        if (Guid.TryParseExact(id, "D", out var wanted))
        {
            foreach (var member in await workspaces.ListMembersAsync(caller.OrganizationId, cancellationToken))
            {
                if (member.Id == wanted || member.UserId == wanted)
                {
                    return member.Id;
                }
            }
        }

        return null;
    }

    private static ErrorResult WrongLevel(bool takesKeys) => new(new GatewayError(
        GatewayErrorKind.InvalidRequest,
        takesKeys
            ? "'level' must be 'organization', 'workspace', 'member' or 'key'."
            : "'level' must be 'organization', 'workspace' or 'member'. The limit of a key is set at the key.")
    {
        Parameter = "level",
    });
}

/// <summary><c>GET /budgets</c>: all budgets of the organization, its workspaces and its members, with what is spent.</summary>
internal sealed class ListBudgets(IBudgetPlans plans, HoldBook holds, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var views = new List<BudgetView>();
        BudgetScope? last = null;
        ScopeSpending spent = default;
        foreach (var plan in await plans.ListAllAsync(caller.OrganizationId, context.RequestAborted))
        {
            if (plan.Budget.Scope != last)
            {
                last = plan.Budget.Scope;
                spent = await holds.GetSpendingAsync(caller.OrganizationId, plan.Budget.Scope, context.RequestAborted);
            }

            views.Add(BudgetView.Of(plan, spent, clock.GetUtcNow()));
        }

        return TypedResults.Json(new BudgetsResponse(views), BudgetJson.Default.BudgetsResponse);
    }
}

/// <summary><c>GET /budgets/{level}/{id}</c>: the budgets of one of them.</summary>
internal sealed class ListScopeBudgets(BudgetScopes scopes, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var (scope, refusal) = await scopes.ResolveAsync(context, caller, takesKeys: false);
        return refusal as IResult ?? TypedResults.Json(
            new BudgetsResponse(await desk.ListAsync(caller.OrganizationId, scope, context.RequestAborted)),
            BudgetJson.Default.BudgetsResponse);
    }
}

/// <summary><c>PUT /budgets/{level}/{id}/{interval}</c>: sets a budget. It counts from the next request on.</summary>
internal sealed class SetBudget(BudgetScopes scopes, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!BudgetDesk.TryReadInterval(context, out var interval))
        {
            return BudgetDesk.WrongInterval;
        }

        var (scope, refusal) = await scopes.ResolveAsync(context, caller, takesKeys: false);
        if (refusal is not null)
        {
            return refusal;
        }

        (var view, refusal) = await desk.SetAsync(context, caller, scope, interval);
        return refusal as IResult ?? TypedResults.Json(new BudgetResponse(view!), BudgetJson.Default.BudgetResponse);
    }
}

/// <summary><c>DELETE /budgets/{level}/{id}/{interval}</c>: removes a budget; also when there is none.</summary>
internal sealed class RemoveBudget(BudgetScopes scopes, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!BudgetDesk.TryReadInterval(context, out var interval))
        {
            return BudgetDesk.WrongInterval;
        }

        var (scope, refusal) = await scopes.ResolveAsync(context, caller, takesKeys: false);
        return refusal ?? await desk.RemoveAsync(scope, interval);
    }
}

/// <summary><c>GET /forecast/{level}/{id}</c>: what an organization, workspace, member or key will have spent when the month
/// ends.</summary>
internal sealed class ReadForecast(BudgetScopes scopes, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var includesByok = values.Flag("include_byok");
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var (scope, refusal) = await scopes.ResolveAsync(context, caller, takesKeys: true);
        return refusal as IResult ?? TypedResults.Json(
            new ForecastResponse(await desk.ForecastAsync(scope, includesByok, context.RequestAborted)),
            BudgetJson.Default.ForecastResponse);
    }
}
