using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a usage costs. The two parts always add up to the total.</summary>
/// <param name="Total">The whole, rounded up once to a nano-USD.</param>
/// <param name="Prompt">What went in, and the fees per request and search.</param>
/// <param name="Completion">What came out.</param>
public readonly record struct Cost(Money Total, Money Prompt, Money Completion)
{
    /// <summary>The exact sum in femto-USD, of which <see cref="Total"/> is rounded up.</summary>
    public Int128 Femtos { get; init; }

    /// <summary>No cost.</summary>
    public static Cost Zero => default;

    /// <summary>What both cost.</summary>
    public Cost Plus(in Cost other) =>
        new(Total + other.Total, Prompt + other.Prompt, Completion + other.Completion) { Femtos = Femtos + other.Femtos };

    /// <summary>What is left to pay with a discount: the exact price less the discount, rounded up once to a nano-USD.</summary>
    /// <param name="basisPoints">The discount in hundredths of a percent, from 0 to 10,000.</param>
    public Money Less(int basisPoints) => basisPoints == 0 ? Total : Pricer.Share(Femtos, Pricer.Whole - basisPoints);
}
