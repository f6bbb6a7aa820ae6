using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a guardrail lets each of its subjects spend.</summary>
/// <param name="Guardrail">Which guardrail.</param>
/// <param name="Interval">How often it starts from zero.</param>
/// <param name="Limit">The most per window.</param>
/// <param name="IncludesByok">Whether the list price of calls on own provider keys counts, too.</param>
public sealed record GuardrailBudget(GuardrailName Guardrail, ResetInterval Interval, Money Limit, bool IncludesByok)
{
    /// <summary>The same as a limit of one subject.</summary>
    public Budget On(BudgetScope scope) => new(scope, Interval, Limit) { IncludesByok = IncludesByok, Guardrail = Guardrail };
}

/// <summary>The budgets of all guardrails of an organization and whom they concern. A guardrail's budget is each subject's
/// own: a key that it is assigned to counts what the key spends, a member what its keys spend together. The default guardrail
/// of a workspace concerns each key of it, and each member as far as its keys are in it. Immutable.</summary>
/// <param name="ByWorkspace">The default guardrails, by workspace.</param>
/// <param name="ByMember">The assigned ones, by member.</param>
/// <param name="ByKey">The assigned ones, by key.</param>
public sealed record GuardrailBudgets(
    IReadOnlyDictionary<Guid, GuardrailBudget> ByWorkspace,
    IReadOnlyDictionary<Guid, GuardrailBudget> ByMember,
    IReadOnlyDictionary<Guid, GuardrailBudget> ByKey)
{
    private static readonly Dictionary<Guid, GuardrailBudget> Nobody = [];

    /// <summary>No guardrail has a budget.</summary>
    public static GuardrailBudgets None { get; } = new(Nobody, Nobody, Nobody);

    /// <summary>The limits that guardrails set to a scope.</summary>
    /// <param name="scope">Whose spending.</param>
    /// <param name="workspaceId">The workspace of the path that the scope is on.</param>
    public Budget[] Of(BudgetScope scope, Guid workspaceId)
    {
        var assigned = scope.Level switch
        {
            BudgetLevel.Key => ByKey.GetValueOrDefault(scope.Id),
            BudgetLevel.Member => ByMember.GetValueOrDefault(scope.Id),
            _ => null,
        };
        var common = scope.Level is BudgetLevel.Key or BudgetLevel.Seat ? ByWorkspace.GetValueOrDefault(workspaceId) : null;
        return (assigned, common) switch
        {
            (null, null) => [],
            ({ } one, null) => [one.On(scope)],
            (null, { } one) => [one.On(scope)],
            ({ } one, { } other) => [other.On(scope), one.On(scope)],
        };
    }
}
