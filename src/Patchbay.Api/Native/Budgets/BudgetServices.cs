using Microsoft.Extensions.DependencyInjection;

namespace Patchbay.Api;

/// <summary>What the operations on budgets share.</summary>
public static class BudgetServices
{
    /// <summary>Adds it. Needs in the container: the stores of budgets, workspaces and keys, the hold book and the clock.</summary>
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.AddSingleton<BudgetDesk>();
        services.AddSingleton<BudgetScopes>();
        return services;
    }
}
