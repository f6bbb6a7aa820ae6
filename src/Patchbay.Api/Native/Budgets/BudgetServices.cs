using Microsoft.Extensions.DependencyInjection;

namespace Patchbay.Api;

/// <summary>What the operations on budgets and guardrails share.</summary>
public static class BudgetServices
{
    /// <summary>Adds it. Needs in the container: the stores of budgets, workspaces, guardrails and keys, the hold book,
    /// the directory of callers and the clock.</summary>
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.AddSingleton<BudgetDesk>();
        services.AddSingleton<BudgetScopes>();
        services.AddSingleton<GuardrailDesk>();
        return services;
    }
}
