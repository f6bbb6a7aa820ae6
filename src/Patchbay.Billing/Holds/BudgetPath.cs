namespace Patchbay.Billing;

/// <summary>The scopes that one caller's requests count against, widest first. Obtained once per key from
/// <see cref="HoldBook.OpenPathAsync"/> and then reused for every request.</summary>
public sealed class BudgetPath
{
    internal BudgetPath(Lock gate, ScopeMeter[] meters, ByokAllowance? allowance, LeasedPath slices)
    {
        Gate = gate;
        Allowance = allowance;
        Meters = meters;
        Slices = slices;
    }

    /// <summary>Guards every meter of the organization, so that a hold takes all levels or none.</summary>
    internal Lock Gate { get; }

    internal ScopeMeter[] Meters { get; }

    /// <summary>What the organization may use on own keys without a fee; null without fees, and where a slice of it is leased.
    /// </summary>
    internal ByokAllowance? Allowance { get; }

    /// <summary>The slices that limit it; used where limits are shared with other servers.</summary>
    internal LeasedPath Slices { get; }
}
