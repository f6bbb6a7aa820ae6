using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A budget of any level as the API shows it. Amounts are USD, times UTC.</summary>
internal sealed record BudgetView(
    Guid Id,
    string Level,
    Guid ScopeId,
    string Interval,
    string? ResetInterval,
    Money LimitUsd,
    bool IncludeByokInBudgets,
    Money SpentUsd,
    Money RemainingUsd,
    DateTime? ResetsAt,
    IReadOnlyList<int> AlertPercents,
    DateTime CreatedAt,
    DateTime UpdatedAt)
{
    public static BudgetView Of(BudgetPlan plan, in ScopeSpending spent, DateTimeOffset now)
    {
        var budget = plan.Budget;
        var limit = budget.Limit ?? Money.Zero;
        var used = spent.Credits.In(budget.Interval) + (budget.IncludesByok ? spent.Byok.In(budget.Interval) : Money.Zero);
        return new BudgetView(
            plan.Id, NameOf(budget.Scope.Level), budget.Scope.Id, BudgetOrder.NameOf(budget.Interval),
            ResetWindow.NameOf(budget.Interval), limit, budget.IncludesByok, used, Money.Max(limit - used, Money.Zero),
            budget.Interval == Core.ResetInterval.Never ? null : ResetWindow.EndOf(budget.Interval, now).UtcDateTime,
            plan.AlertPercents, plan.CreatedAt.UtcDateTime, plan.UpdatedAt.UtcDateTime);
    }

    /// <summary>The public name of a level.</summary>
    public static string NameOf(BudgetLevel level) => level.ToString().ToLowerInvariant();
}

/// <summary>A forecast as the API shows it.</summary>
/// <param name="SpentUsd">So far this month (UTC).</param>
/// <param name="ExpectedUsd">At the month's end, if it goes on like the mean of the last full days.</param>
/// <param name="LowUsd">If every day is like the quietest of them.</param>
/// <param name="HighUsd">If every day is like the busiest.</param>
/// <param name="BasedOnDays">How many full days that is learnt from, at most seven.</param>
/// <param name="MonthEndsAt">When the month ends.</param>
internal sealed record ForecastView(
    Money SpentUsd, Money ExpectedUsd, Money LowUsd, Money HighUsd, int BasedOnDays, DateTime MonthEndsAt)
{
    public static ForecastView Of(in SpendingForecast forecast) => new(
        forecast.Spent, forecast.Expected, forecast.Low, forecast.High, forecast.Days, forecast.EndsAt.UtcDateTime);
}

internal sealed record BudgetResponse(BudgetView Data);

internal sealed record BudgetsResponse(IReadOnlyList<BudgetView> Data);

internal sealed record ForecastResponse(ForecastView Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(BudgetResponse))]
[JsonSerializable(typeof(BudgetsResponse))]
[JsonSerializable(typeof(ForecastResponse))]
internal sealed partial class BudgetJson : JsonSerializerContext;
