using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>A workspace's budget as the API shows it, and after <see cref="UpdatedAt"/> what was spent of it.</summary>
internal sealed record WorkspaceBudgetView(
    Guid Id,
    Guid WorkspaceId,
    Money LimitUsd,
    string? ResetInterval,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    Money SpentUsd,
    Money RemainingUsd,
    DateTime? ResetsAt,
    IReadOnlyList<int> AlertPercents,
    ForecastView? Forecast)
{
    public static WorkspaceBudgetView Of(BudgetView view, ForecastView? forecast) => new(
        view.Id, view.ScopeId, view.LimitUsd, view.ResetInterval, view.CreatedAt, view.UpdatedAt, view.SpentUsd, view.RemainingUsd,
        view.ResetsAt, view.AlertPercents, forecast);
}

internal sealed record WorkspaceBudgetResponse(WorkspaceBudgetView Data, bool IncludeByokInBudgets);

internal sealed record WorkspaceBudgetsResponse(IReadOnlyList<WorkspaceBudgetView> Data, bool IncludeByokInBudgets);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(WorkspaceBudgetResponse))]
[JsonSerializable(typeof(WorkspaceBudgetsResponse))]
internal sealed partial class WorkspaceBudgetJson : JsonSerializerContext;

/// <summary><c>GET /workspaces/{id}/budgets</c>: the budgets of a workspace, the shortest first.</summary>
internal sealed class ListWorkspaceBudgets(IWorkspaceStore workspaces, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (await workspaces.FindAsync(context, caller) is not { } workspace)
        {
            return WorkspaceLookup.NotFound;
        }

        var scope = WorkspaceLookup.ScopeOf(workspace);
        var views = await desk.ListAsync(caller.OrganizationId, scope, context.RequestAborted);
        return TypedResults.Json(
            new WorkspaceBudgetsResponse(
                [.. views.Select(static view => WorkspaceBudgetView.Of(view, null))],
                await desk.Plans.IncludesByokAsync(scope, context.RequestAborted)),
            WorkspaceBudgetJson.Default.WorkspaceBudgetsResponse);
    }
}

/// <summary><c>GET /workspaces/{id}/budgets/{interval}</c>: one of them; that of the month with a forecast.</summary>
internal sealed class ReadWorkspaceBudget(IWorkspaceStore workspaces, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!BudgetDesk.TryReadInterval(context, out var interval))
        {
            return BudgetDesk.WrongInterval;
        }

        if (await workspaces.FindAsync(context, caller) is not { } workspace)
        {
            return WorkspaceLookup.NotFound;
        }

        var scope = WorkspaceLookup.ScopeOf(workspace);
        foreach (var view in await desk.ListAsync(caller.OrganizationId, scope, context.RequestAborted))
        {
            if (view.ResetInterval == ResetWindow.NameOf(interval))
            {
                var forecast = interval == ResetInterval.Monthly
                    ? await desk.ForecastAsync(scope, view.IncludeByokInBudgets, context.RequestAborted)
                    : null;
                return TypedResults.Json(
                    new WorkspaceBudgetResponse(WorkspaceBudgetView.Of(view, forecast), view.IncludeByokInBudgets),
                    WorkspaceBudgetJson.Default.WorkspaceBudgetResponse);
            }
        }

        return BudgetDesk.NoBudget;
    }
}

/// <summary><c>PUT /workspaces/{id}/budgets/{interval}</c>: sets a budget. It counts from the next request on.</summary>
internal sealed class SetWorkspaceBudget(IWorkspaceStore workspaces, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!BudgetDesk.TryReadInterval(context, out var interval))
        {
            return BudgetDesk.WrongInterval;
        }

        if (await workspaces.FindAsync(context, caller) is not { } workspace)
        {
            return WorkspaceLookup.NotFound;
        }

        var (view, refusal) = await desk.SetAsync(context, caller, WorkspaceLookup.ScopeOf(workspace), interval);
        return refusal as IResult ?? TypedResults.Json(
            new WorkspaceBudgetResponse(WorkspaceBudgetView.Of(view!, null), view!.IncludeByokInBudgets),
            WorkspaceBudgetJson.Default.WorkspaceBudgetResponse);
    }
}

/// <summary><c>DELETE /workspaces/{id}/budgets/{interval}</c>: removes a budget; also when there is none.</summary>
internal sealed class RemoveWorkspaceBudget(IWorkspaceStore workspaces, BudgetDesk desk) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!BudgetDesk.TryReadInterval(context, out var interval))
        {
            return BudgetDesk.WrongInterval;
        }

        return await workspaces.FindAsync(context, caller) is { } workspace
            ? await desk.RemoveAsync(WorkspaceLookup.ScopeOf(workspace), interval)
            : WorkspaceLookup.NotFound;
    }
}
