using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Journal;

/// <summary>What the tables demand of a settlement by itself, checked before it is acknowledged.</summary>
internal static class SettlementRules
{
    /// <summary>Checks amounts.</summary>
    /// <exception cref="InvalidOperationException">The settlement is wrong; nothing was charged.</exception>
    public static void Check(Settlement settlement)
    {
        var generation = settlement.Generation;
        Demand(generation.Charge, "charge");
        Demand(generation.ProviderCost, "provider cost");
        Demand(generation.Loss, "loss");
    }

    private static void Demand(Money amount, string name)
    {
        if (amount < Money.Zero)
        {
            throw new InvalidOperationException($"The {name} of a settlement must not be negative, but is {amount}.");
        }
    }
}
