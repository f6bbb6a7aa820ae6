using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The funds of an organization, over one consistent view of the books.</summary>
/// <param name="Credits">Credits that stay; negative when more was used or taken back than was given.</param>
/// <param name="Lots">Promotions with something left, the first to end first: the order in which they are used.</param>
/// <param name="Disputed">Money that gateways keep back in open disputes.</param>
/// <param name="Used">Everything that was ever charged.</param>
/// <param name="Bought">Everything that was ever bought, less what was given back.</param>
public sealed record CreditAccount(Money Credits, IReadOnlyList<CreditLot> Lots, Money Disputed, Money Used, Money Bought)
{
    /// <summary>An organization without any.</summary>
    public static CreditAccount Empty { get; } = new(Money.Zero, [], Money.Zero, Money.Zero, Money.Zero);

    /// <summary>What is left of promotions.</summary>
    public Money Promotions
    {
        get
        {
            var sum = Money.Zero;
            foreach (var lot in Lots)
            {
                sum += lot.Balance;
            }

            return sum;
        }
    }

    /// <summary>What can be spent, where funds are limited.</summary>
    public Money Funds => Credits + Promotions;

    /// <summary>Everything that was put in, less what was taken out again: <see cref="Funds"/> and <see cref="Used"/>
    /// together.</summary>
    public Money Total => Funds + Used;

    /// <summary>Whether nothing may be spent until a dispute is decided.</summary>
    public bool IsFrozen => Disputed > Money.Zero;

    /// <summary>What spending is limited by for a lifetime, as <see cref="IBudgetStore.GetFundsAsync"/> says it.</summary>
    public Money Limit => IsFrozen ? new Money(-1) : Total;
}
