namespace Patchbay.Billing;

/// <summary>The scopes that one caller's requests count against, widest first. Obtained once per key from
/// <see cref="HoldBook.OpenPathAsync"/> and then reused for every request.</summary>
public sealed class BudgetPath
{
    internal BudgetPath(Lock gate, ScopeMeter[] meters, LeasedPath slices)
    {
        Gate = gate;
        Meters = meters;
        Slices = slices;
    }

    /// <summary>Guards every meter of the organization, so that a hold takes all levels or none.</summary>
    internal Lock Gate { get; }

    internal ScopeMeter[] Meters { get; }

    /// <summary>The slices that limit it; used where limits are shared with other servers.</summary>
    internal LeasedPath Slices { get; }
}
