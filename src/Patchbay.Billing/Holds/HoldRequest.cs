using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a request may cost at most, by whose account at the provider it runs on.</summary>
/// <param name="Shared">On the operator's.</param>
/// <param name="Byok">On the caller's own, by list price; zero when none is used.</param>
public readonly record struct HoldRequest(Money Shared, Money Byok)
{
    /// <summary>A request that runs on the operator's account.</summary>
    public static implicit operator HoldRequest(Money shared) => new(shared, Money.Zero);

    /// <summary>The same as the operator: a request on the operator's account.</summary>
    public static HoldRequest FromMoney(Money shared) => shared;
}

/// <summary>What is reserved at each level.</summary>
/// <param name="Credits">The most that is charged.</param>
/// <param name="Listed">The most that counts where a limit includes calls on own keys.</param>
internal readonly record struct HoldAmount(Money Credits, Money Listed)
{
    public static HoldAmount operator +(HoldAmount left, HoldAmount right) =>
        new(left.Credits + right.Credits, left.Listed + right.Listed);

    public static HoldAmount operator -(HoldAmount left, HoldAmount right) =>
        new(left.Credits - right.Credits, left.Listed - right.Listed);

    public static HoldAmount Min(HoldAmount left, HoldAmount right) =>
        new(Money.Min(left.Credits, right.Credits), Money.Min(left.Listed, right.Listed));
}
