using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Shows and changes budgets, whichever route they are named by.</summary>
internal sealed class BudgetDesk(IBudgetPlans plans, HoldBook holds, TimeProvider clock)
{
    private const int MostPercents = 10;

    /// <summary>The route's interval is none.</summary>
    public static ErrorResult WrongInterval { get; } = new(new GatewayError(
        GatewayErrorKind.InvalidRequest, "'interval' must be 'daily', 'weekly', 'monthly' or 'lifetime'.")
    {
        Parameter = "interval",
    });

    /// <summary>There is no budget of this interval.</summary>
    public static ErrorResult NoBudget { get; } = ErrorResult.NotFound("budget of this interval");

    /// <summary>Where budgets are set.</summary>
    public IBudgetPlans Plans => plans;

    /// <summary>The interval that the route names.</summary>
    public static bool TryReadInterval(HttpContext context, out ResetInterval interval) =>
        BudgetOrder.TryParse(context.GetRouteValue("interval") as string, out interval);

    /// <summary>The budgets of a scope, the shortest window first.</summary>
    public async Task<IReadOnlyList<BudgetView>> ListAsync(
        Guid organizationId, BudgetScope scope, CancellationToken cancellationToken)
    {
        var found = await plans.ListAsync(scope, cancellationToken);
        var spent = found.Count > 0 ? await holds.GetSpendingAsync(organizationId, scope, cancellationToken) : default;
        return [.. found.Select(plan => BudgetView.Of(plan, spent, clock.GetUtcNow()))];
    }

    /// <summary>What a scope will have spent when the month ends.</summary>
    public async Task<ForecastView> ForecastAsync(BudgetScope scope, bool includesByok, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var days = await plans.ListDaysAsync(
            scope, SpendingForecast.FirstDay(now), DateOnly.FromDateTime(now.UtcDateTime), cancellationToken);
        return ForecastView.Of(SpendingForecast.Of(days, includesByok, now));
    }

    /// <summary>Sets the budget that the request's body describes, and puts it in force at this server.</summary>
    public async Task<(BudgetView? View, ErrorResult? Refusal)> SetAsync(
        HttpContext context, Caller caller, BudgetScope scope, ResetInterval interval)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var limit = body.Dollars("limit_usd");
        var includes = body.Flag("include_byok_in_budgets");
        var percents = ReadPercents(body);
        if (limit.Value is not { } amount)
        {
            body.Refuse("limit_usd", limit.IsPresent ? "must be a number of dollars." : "is required.");
        }
        else if (amount <= Money.Zero)
        {
            body.Refuse("limit_usd", "must be greater than 0.");
        }

        if (body.FindFault() is { } fault)
        {
            return (null, new ErrorResult(fault));
        }

        var change = new BudgetChange(scope, interval, limit.Value!.Value)
        {
            IncludesByok = includes.IsPresent ? includes.Value : null,
            AlertPercents = percents,
        };
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        BudgetOutcome outcome;
        try
        {
            outcome = await plans.SetAsync(change, now, CancellationToken.None);
        }
        finally
        {
            // Also when the database did not say whether it kept the change.
            await holds.ReloadBudgetsAsync(scope, CancellationToken.None);
        }

        if (outcome.Conflict is { } other)
        {
            return (null, new ErrorResult(Contradiction(change, other)));
        }

        var spent = await holds.GetSpendingAsync(caller.OrganizationId, scope, context.RequestAborted);
        return (BudgetView.Of(outcome.Plan!, spent, now), null);
    }

    /// <summary>Removes a budget, and puts that in force at this server.</summary>
    public async Task<IResult> RemoveAsync(BudgetScope scope, ResetInterval interval)
    {
        try
        {
            await plans.RemoveAsync(scope, interval, CancellationToken.None);
        }
        finally
        {
            await holds.ReloadBudgetsAsync(scope, CancellationToken.None);
        }

        return TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse);
    }

    private static GatewayError Contradiction(BudgetChange change, Budget other)
    {
        var (name, its) = (BudgetOrder.NameOf(other.Interval), other.Limit!.Value);
        var relation = BudgetOrder.IsLonger(other.Interval, change.Interval) ? "less" : "more";
        return new GatewayError(
            GatewayErrorKind.InvalidRequest,
            $"'limit_usd' of the {BudgetOrder.NameOf(change.Interval)} budget must be {relation} than the {name} budget, which is ${its}.")
        {
            Parameter = "limit_usd",
        };
    }

    private static List<int>? ReadPercents(JsonBody body)
    {
        var found = body.Wholes("alert_percents", MostPercents, 1, 100);
        if (found is null)
        {
            return null;
        }

        found.Sort();
        for (var i = 1; i < found.Count; i++)
        {
            if (found[i] == found[i - 1])
            {
                body.Refuse("alert_percents", "must not name a percentage twice.");
            }
        }

        return found;
    }
}
